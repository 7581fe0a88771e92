import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EntitySchema, MigrationInterface } from "typeorm";
import { createLog } from "../log.ts";
import { openDatabase, type Database } from "./database.ts";

/** TestDatabase is an empty database of a suite's own. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** testDatabases are the databases on which every store's suite runs: SQLite, and the server that the test run has started. */
export const testDatabases: readonly { readonly name: string; readonly create: () => Promise<TestDatabase> }[] = [
  { name: "SQLite", create: createSqlite },
  ...(process.env["GITTIX_TEST_MYSQL_URL"] ? [{ name: "MySQL", create: createMysql }] : []),
];

/** openTestDatabase opens an empty database with a service's tables. */
export async function openTestDatabase(
  create: () => Promise<TestDatabase>,
  tables: { entities: readonly EntitySchema[]; migrations: readonly (new () => MigrationInterface)[] },
): Promise<Database> {
  const { url, drop } = await create();
  const database = await openDatabase({ url, ...tables, log: createLog("test", "silent") });
  return {
    ...database,
    async close() {
      await database.close();
      await drop();
    },
  };
}

async function createSqlite(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-database-"));
  return { url: `sqlite:${join(folder, "test.db")}`, drop: () => rm(folder, { recursive: true }) };
}

async function createMysql(): Promise<TestDatabase> {
  const { createConnection } = await import("mysql2/promise");
  const server = new URL(process.env["GITTIX_TEST_MYSQL_URL"] ?? "");
  const name = `gittix_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  const run = async (sql: string) => {
    const connection = await createConnection(server.href);
    await connection.query(sql);
    await connection.end();
  };
  await run(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE ${name}`) };
}
