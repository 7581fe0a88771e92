import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { EntitySchema, type MigrationInterface, type QueryRunner } from "typeorm";
import { createLog } from "../log.ts";
import { openDatabase, type Database } from "./database.ts";
import { isDuplicate } from "./database-errors.ts";
import { Outbox } from "./outbox.ts";
import { testDatabases, type TestDatabase } from "./testing.ts";
import { assertOutsideTransaction } from "./transaction-scope.ts";

interface Note {
  id: string;
  text: string;
  seenAt: Date | null;
  done: boolean;
}

const Notes = new EntitySchema<Note>({
  name: "notes",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    text: { type: "varchar", length: 100 },
    seenAt: { name: "seen_at", type: "datetime", precision: 3, nullable: true },
    done: { type: "boolean" },
  },
});

class CreateNotes implements MigrationInterface {
  readonly name = "CreateNotes1700000000001";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "CREATE TABLE notes (id varchar(36) NOT NULL PRIMARY KEY, text varchar(100) NOT NULL, seen_at datetime(3) NULL, done boolean NOT NULL)",
    );
    await runner.query("CREATE UNIQUE INDEX notes_by_text ON notes (text)");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE notes");
  }
}

const draft = {
  type: "gittix.test.v1.Happened",
  payload: new Uint8Array([1, 2]),
  aggregateId: "a",
  aggregateVersion: 1,
};

describe.each(testDatabases)("a database on $name", ({ create }) => {
  let place: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    place = await create();
    database = await open();
  });

  afterEach(async () => {
    await database.close();
    await place.drop();
  });

  function open(): Promise<Database> {
    return openDatabase({
      url: place.url,
      entities: [Notes],
      migrations: [CreateNotes],
      log: createLog("test", "silent"),
    });
  }

  test("keeps dates to the millisecond, booleans and nulls, over a restart", async () => {
    const seenAt = new Date("2026-01-02T03:04:05.678Z");
    await database.write(({ manager }) => manager.insert(Notes, { id: "1", text: "x", seenAt, done: true }));
    await database.close();
    database = await open();
    expect(await database.reader().findOneBy(Notes, { id: "1" })).toEqual({ id: "1", text: "x", seenAt, done: true });
  });

  test("commits a change and its events together, or neither", async () => {
    const change = database.write(async ({ manager, append, now }) => {
      await manager.insert(Notes, { id: "1", text: "x", seenAt: null, done: false });
      await append([draft], await now());
      throw new Error("no");
    });
    await expect(change).rejects.toThrow("no");
    expect(await database.reader().count(Notes)).toBe(0);
    expect(await database.reader().count(Outbox)).toBe(0);
  });

  test("keeps concurrent transactions apart", async () => {
    const both = await Promise.allSettled([
      database.write(async ({ manager }) => {
        await manager.insert(Notes, { id: "1", text: "a", seenAt: null, done: false });
        await new Promise(setImmediate);
        throw new Error("rolled back");
      }),
      database.write(({ manager }) => manager.insert(Notes, { id: "2", text: "b", seenAt: null, done: false })),
    ]);
    expect(both.map((each) => each.status)).toEqual(["rejected", "fulfilled"]);
    expect(await database.reader().find(Notes)).toMatchObject([{ id: "2" }]);
  });

  test("shows a reader outside only what is committed", async () => {
    const inserted = Promise.withResolvers<void>();
    const checked = Promise.withResolvers<void>();
    const write = database.write(async ({ manager }) => {
      await manager.insert(Notes, { id: "1", text: "a", seenAt: null, done: false });
      expect(await database.reader().count(Notes)).toBe(1);
      inserted.resolve();
      await checked.promise;
    });
    await inserted.promise;
    expect(await database.reader().count(Notes)).toBe(0);
    checked.resolve();
    await write;
    expect(await database.reader().count(Notes)).toBe(1);
  });

  test("says when a unique index is broken, and goes on", async () => {
    const insert = (id: string) =>
      database.write(({ manager }) => manager.insert(Notes, { id, text: "a", seenAt: null, done: false }));
    await insert("1");
    const refused = await insert("2").catch((error: unknown) => error);
    expect(isDuplicate(refused)).toBe(true);
    expect(await database.reader().count(Notes)).toBe(1);
  });

  test("counts only rows that an update really met", async () => {
    await database.write(({ manager }) => manager.insert(Notes, { id: "1", text: "a", seenAt: null, done: false }));
    const update = () =>
      database.write(({ manager }) => manager.update(Notes, { id: "1", done: false }, { done: true }));
    expect((await update()).affected).toBe(1);
    expect((await update()).affected).toBe(0);
  });

  test("handles an event once, and again when its effect failed", async () => {
    let handled = 0;
    await expect(database.once("e1", () => Promise.reject(new Error("not now")))).rejects.toThrow("not now");
    expect(await database.once("e1", async () => void handled++)).toBe(true);
    expect(await database.once("e1", async () => void handled++)).toBe(false);
    expect(handled).toBe(1);
  });

  test("refuses a remote call inside a transaction, and allows it after the commit", async () => {
    const refused = database.write(async () => assertOutsideTransaction("a call to orders"));
    await expect(refused).rejects.toThrow("a call to orders must not happen inside a database transaction");
    const ran = Promise.withResolvers<void>();
    await database.write(async ({ afterCommit }) =>
      afterCommit(() => {
        assertOutsideTransaction("a call to orders");
        ran.resolve();
      }),
    );
    await ran.promise;
  });

  test("tells the time by its own clock, in UTC", async () => {
    expect(Math.abs((await database.now()).getTime() - Date.now())).toBeLessThan(1000);
  });
});
