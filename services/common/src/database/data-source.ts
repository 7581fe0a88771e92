import type { DataSourceOptions, EntitySchema, Logger, MigrationInterface } from "typeorm";
import { InfrastructureTables } from "./infrastructure-tables.ts";
import { boundedPools, patientPools } from "./mysql-pool.ts";
import { resumable } from "./resumable-migration.ts";
import { NodeSqlite } from "./sqlite-driver.ts";

/** DatabaseKind is the family of a database; MariaDB counts as MySQL. */
export type DatabaseKind = "sqlite" | "mysql";

/** Migration is a class that brings the tables one step further. */
export type Migration = new () => MigrationInterface;

/** Sources are what TypeORM asks for to reach one database in several ways. */
export interface Sources {
  readonly kind: DatabaseKind;
  readonly writes: DataSourceOptions;
  /** Where reads need connections of their own. */
  readonly reads?: DataSourceOptions;
  /** Brings the tables up to date. */
  readonly migrates: DataSourceOptions;
}

/** How many connections one service instance opens at the most, unless told otherwise. */
const poolMaxDefault = 16;
/** How many statements wait for a connection at the most; more are refused at once. */
const waitingMax = 2000;

/** Even with its log off TypeORM prints some things; what is worth telling is in the errors that it throws. */
const silence: Logger = {
  logQuery() {},
  logQueryError() {},
  logQuerySlow() {},
  logSchemaBuild() {},
  logMigration() {},
  log() {},
};

/** dataSources turns a URL into what TypeORM asks for. */
export function dataSources(
  url: string,
  tables: { readonly entities: readonly EntitySchema[]; readonly migrations: readonly Migration[] },
  poolMax = poolMaxDefault,
): Sources {
  const shared = {
    entities: [...tables.entities],
    migrationsTableName: "migrations",
    synchronize: false,
    logging: false,
    logger: silence,
  } satisfies Partial<DataSourceOptions>;
  const migrations = [InfrastructureTables, ...tables.migrations];

  if (url.startsWith("sqlite:")) {
    const file = url.slice("sqlite:".length);
    const sqlite = {
      ...shared,
      type: "better-sqlite3",
      database: file,
      driver: NodeSqlite,
      prepareDatabase(connection: NodeSqlite) {
        // WAL: readers see what is committed and never wait. FULL: a commit outlives a power cut.
        connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      },
    } satisfies DataSourceOptions;
    return { kind: "sqlite", writes: sqlite, reads: sqlite, migrates: { ...sqlite, migrations } };
  }

  if (!url.startsWith("mysql://")) throw new Error("a database URL begins with sqlite: or mysql://");
  const mysql = {
    ...shared,
    type: "mysql",
    url,
    charset: "utf8mb4_bin",
    timezone: "Z",
    connectTimeout: 5000,
  } satisfies DataSourceOptions;
  // Rows that an update met and did not change do not count.
  const extra = { flags: ["-FOUND_ROWS"], maxIdle: poolMax, queueLimit: waitingMax, enableKeepAlive: true };
  return {
    kind: "mysql",
    writes: { ...mysql, poolSize: poolMax, driver: boundedPools, extra },
    migrates: { ...mysql, poolSize: 1, driver: patientPools, migrations: migrations.map(resumable) },
  };
}
