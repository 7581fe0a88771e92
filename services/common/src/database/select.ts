import type { DataSource, EntityManager, EntitySchema, ObjectLiteral } from "typeorm";
import type { MysqlDriver } from "typeorm/driver/mysql/MysqlDriver.js";
import type { Pool, RowDataPacket } from "mysql2";
import type { DatabaseKind } from "./data-source.ts";

/** SqlValue is what can stand for a question mark. */
export type SqlValue = string | number | Date | null;

/** Select reads the rows of an entity, with the end of a statement of one's own: `WHERE id = ?`. */
export type Select = <T extends ObjectLiteral>(
  manager: EntityManager,
  entity: EntitySchema<T>,
  end: string,
  values: readonly SqlValue[],
) => Promise<T[]>;

/** marks are as many question marks as there are values, for `IN (…)`. */
export function marks(values: readonly SqlValue[]): string {
  return values.map(() => "?").join(", ");
}

type Row = Record<string, unknown>;

interface Plan {
  readonly beginning: string;
  /** Makes of the driver's value what the entity has; only where the two differ. */
  readonly conversions: readonly { readonly name: string; readonly convert: (value: unknown) => unknown }[];
}

/**
 * createSelect reads past TypeORM's query builder, which costs several times as much as the statement that it makes.
 * Which columns there are, and what their values mean, is TypeORM's word all the same.
 */
export function createSelect(source: DataSource, kind: DatabaseKind): Select {
  const plans = new WeakMap<object, Plan>();
  const pooled = kind === "mysql" ? queryPool(source) : undefined;

  return async <T extends ObjectLiteral>(
    manager: EntityManager,
    entity: EntitySchema<T>,
    end: string,
    values: readonly SqlValue[],
  ): Promise<T[]> => {
    let plan = plans.get(entity);
    if (!plan) plans.set(entity, (plan = makePlan(source, kind, entity)));
    const sql = `${plan.beginning} ${end}`;
    const inTransaction = manager.queryRunner !== undefined;
    const rows =
      pooled && !inTransaction ? await pooled(sql, values) : await manager.query<Row[]>(sql, prepared(values, kind));
    for (const { name, convert } of plan.conversions) {
      for (const row of rows) row[name] = convert(row[name]);
    }
    // The columns are those of the entity, by their names in it.
    return rows as T[];
  };
}

function makePlan<T extends ObjectLiteral>(source: DataSource, kind: DatabaseKind, entity: EntitySchema<T>): Plan {
  const { tableName, columns } = source.getMetadata(entity);
  const names = columns.map((column) => `${column.databaseName} AS ${column.propertyName}`);
  return {
    beginning: `SELECT ${names.join(", ")} FROM ${tableName}`,
    conversions: columns
      .filter(({ type }) => !asTheyAre.has(String(type)) && !(kind === "mysql" && type === "datetime"))
      .map((column) => ({
        name: column.propertyName,
        convert: (value) => source.driver.prepareHydratedValue(value, column) as unknown,
      })),
  };
}

/** Types whose values both drivers give as the entity has them; mysql2 makes dates of datetimes, too. */
const asTheyAre = new Set(["varchar", "text", "int", "blob"]);

/** SQLite has no type for times: they stand there as TypeORM writes them. */
function prepared(values: readonly SqlValue[], kind: DatabaseKind): SqlValue[] {
  if (kind === "mysql") return [...values];
  return values.map((value) => (value instanceof Date ? value.toISOString().replace("T", " ").slice(0, 23) : value));
}

/** Straight to the pool: for a read outside of a transaction TypeORM would make and wrap a good deal. */
function queryPool(source: DataSource): (sql: string, values: readonly SqlValue[]) => Promise<Row[]> {
  const pool: Pool = (source.driver as MysqlDriver).pool;
  return (sql, values) =>
    new Promise((resolve, reject) => {
      pool.getConnection((refusal, connection) => {
        if (refusal) return reject(refusal);
        connection.query<RowDataPacket[]>(sql, [...values], (error, rows) => {
          connection.release();
          if (error) reject(error);
          else resolve(rows);
        });
      });
    });
}
