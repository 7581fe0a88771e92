import type { DataSourceOptions, EntitySchema, MigrationInterface } from "typeorm";
import { InfrastructureTables } from "./infrastructure-tables.ts";
import { NodeSqlite } from "./sqlite-driver.ts";

/** DatabaseKind is the family of a database; MariaDB counts as MySQL. */
export type DatabaseKind = "sqlite" | "mysql";

/** How many connections one service instance opens at the most. */
const poolSize = 16;

/** dataSourceOptions turns a URL into what TypeORM asks for: one source for writes and, for SQLite, one for reads. */
export function dataSourceOptions(
  url: string,
  entities: readonly EntitySchema[],
  migrations: readonly (new () => MigrationInterface)[],
): { kind: DatabaseKind; writes: DataSourceOptions; reads?: DataSourceOptions } {
  const shared = {
    entities: [...entities],
    migrations: [InfrastructureTables, ...migrations],
    migrationsTableName: "migrations",
    synchronize: false,
    logging: false,
  } satisfies Partial<DataSourceOptions>;

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
    return { kind: "sqlite", writes: sqlite, reads: { ...sqlite, migrations: [] } };
  }

  if (!url.startsWith("mysql://")) throw new Error("a database URL begins with sqlite: or mysql://");
  return {
    kind: "mysql",
    writes: {
      ...shared,
      type: "mysql",
      url,
      charset: "utf8mb4_bin",
      timezone: "Z",
      poolSize,
      connectTimeout: 5000,
      extra: { flags: ["-FOUND_ROWS"], maxIdle: poolSize, idleTimeout: 60_000, enableKeepAlive: true },
    },
  };
}
