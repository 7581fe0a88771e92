import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Code, ConnectError } from "@connectrpc/connect";
import { DataSource, type MigrationInterface, type QueryRunner } from "typeorm";
import { createLog } from "../log.ts";
import { dataSources } from "./data-source.ts";
import { openDatabase, type Database } from "./database.ts";
import { isUnavailable } from "./database-errors.ts";
import { migrateDatabase } from "./migrate.ts";
import { testDatabases, type TestDatabase } from "./testing.ts";

const server = testDatabases.find(({ name }) => name === "MySQL");
const log = createLog("test", "silent");

class CreateThings implements MigrationInterface {
  readonly name = "CreateThings1700000001000";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "CREATE TABLE things (id varchar(36) NOT NULL PRIMARY KEY, short varchar(3) NOT NULL, seen_at datetime(3) NULL)",
    );
    await runner.query("CREATE INDEX things_by_short ON things (short)");
    await runner.query("INSERT INTO things VALUES ('first', 'abc', NULL)");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE things");
  }
}

/** The same migration on a day when the server goes away after the table was made. */
class CreateThingsInterrupted extends CreateThings {
  override async up(runner: QueryRunner): Promise<void> {
    let statements = 0;
    const query = (sql: string, parameters?: unknown[]) => {
      if (++statements > 1) throw new Error("the server went away");
      return runner.query(sql, parameters);
    };
    await super.up(Object.create(runner, { query: { value: query } }));
  }
}

// Where no server was given, `npm test` says so.
(server ? describe : describe.skip)("a database on MySQL or MariaDB", () => {
  let database: TestDatabase;
  const opened: Database[] = [];

  beforeEach(async () => {
    if (!server) throw new Error("no server");
    database = await server.create();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await database.drop();
  });

  async function open(migrations = [CreateThings], poolMax = 2): Promise<Database> {
    const one = await openDatabase({ url: database.url, entities: [], migrations, log, poolMax });
    opened.push(one);
    return one;
  }

  test("is brought up to date once by instances that start at the same moment", async () => {
    const [one] = await Promise.all([open(), open(), open(), open()]);
    expect(await one.reader().query("SELECT id FROM things")).toEqual([{ id: "first" }]);
  });

  test("goes on with a migration that was cut off", async () => {
    await expect(migrateDatabase({ url: database.url, migrations: [CreateThingsInterrupted], log })).rejects.toThrow(
      "went away",
    );
    const one = await open();
    expect(await one.reader().query("SELECT id FROM things")).toEqual([{ id: "first" }]);
    expect(await one.reader().query("SHOW INDEX FROM things WHERE Key_name = 'things_by_short'")).toHaveLength(1);
  });

  test("goes on after a statement that was applied and not noted", async () => {
    await migrateDatabase({ url: database.url, migrations: [], log });
    const source = await new DataSource(
      dataSources(database.url, { entities: [], migrations: [] }).writes,
    ).initialize();
    await source.query("CREATE TABLE migration_steps_before AS SELECT * FROM migration_steps");
    await source.query("INSERT INTO migration_steps VALUES ('CreateThings1700000001000', 0)");
    await source.query(
      "CREATE TABLE things (id varchar(36) NOT NULL PRIMARY KEY, short varchar(3) NOT NULL, seen_at datetime(3) NULL)",
    );
    await source.destroy();
    const one = await open();
    expect(await one.reader().query("SELECT id FROM things")).toEqual([{ id: "first" }]);
  });

  test("control: a table that stands in the way of a migration that never began is an error", async () => {
    await migrateDatabase({ url: database.url, migrations: [], log });
    const source = await new DataSource(
      dataSources(database.url, { entities: [], migrations: [] }).writes,
    ).initialize();
    await source.query("CREATE TABLE things (id int)");
    await source.destroy();
    await expect(open()).rejects.toThrow("already exists");
  });

  test("speaks UTC and refuses what does not fit, whatever the server's own settings", async () => {
    const one = await open();
    const [session] = await one.reader().query("SELECT @@session.time_zone AS zone, @@session.sql_mode AS mode");
    expect(session.zone).toBe("+00:00");
    expect(session.mode).toContain("STRICT_ALL_TABLES");
    const tooLong = one.write(({ manager }) => manager.query("INSERT INTO things VALUES ('x', 'too long', NULL)"));
    await expect(tooLong).rejects.toThrow("Data too long");
  });

  test("runs a change again whose connection was lost before the commit", async () => {
    const one = await open();
    let runs = 0;
    await one.write(async ({ manager }) => {
      await manager.query("INSERT INTO things VALUES ('x', 'abc', NULL)");
      if (++runs === 1) await kill(one, manager);
      await manager.query("INSERT INTO things VALUES ('y', 'abc', NULL)");
    });
    expect(runs).toBe(2);
    expect(await one.reader().query("SELECT id FROM things ORDER BY id")).toEqual([
      { id: "first" },
      { id: "x" },
      { id: "y" },
    ]);
  });

  test("says that it is unavailable when a connection is lost for good, and not that something is wrong inside", async () => {
    const one = await open();
    const change = one.write(async ({ manager }) => {
      await kill(one, manager);
      await manager.query("SELECT 1");
    });
    const refused: unknown = await change.catch((error: unknown) => error);
    expect(refused instanceof ConnectError && refused.code).toBe(Code.Unavailable);
  });

  test("tells a read that finds nobody there as unavailable", async () => {
    const source = new DataSource(
      dataSources("mysql://root@127.0.0.1:1/none", { entities: [], migrations: [] }).writes,
    );
    const error: unknown = await source.initialize().catch((refused: unknown) => refused);
    expect(isUnavailable(error)).toBe(true);
  });

  test("gives up a start after a while, in a sentence without the password", async () => {
    const start = openDatabase({
      url: "mysql://root:secret@127.0.0.1:1/none",
      entities: [],
      migrations: [],
      log,
      waitMaxMs: 0,
    });
    await expect(start).rejects.toThrow("The database at 127.0.0.1:1 does not answer, after 0 s of waiting.");
  });

  /** Cuts the connection of a transaction from another one. */
  async function kill(one: Database, victim: { query(sql: string): Promise<unknown> }): Promise<void> {
    const rows = await victim.query("SELECT CONNECTION_ID() AS id");
    const id = Array.isArray(rows) ? Number(rows[0].id) : 0;
    const other = await new DataSource(dataSources(database.url, { entities: [], migrations: [] }).writes).initialize();
    await other.query(`KILL CONNECTION ${id}`);
    await other.destroy();
    expect(await one.healthy()).toBe(true);
  }
});
