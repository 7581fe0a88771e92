import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Database } from "@gittix/common/database/database";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { migrations } from "./migrations.ts";
import { Timers } from "./tables.ts";
import { createTimerStore, type TimerStore } from "./timer-store.ts";

describe.each(testDatabases)("the timer store on $name", ({ create }) => {
  let database: Database;
  let store: TimerStore;

  beforeEach(async () => {
    database = await openTestDatabase(create, { entities: [Timers], migrations });
    store = createTimerStore(database);
  });
  afterEach(() => database.close());

  test("counts timers that wait, and tells the earliest deadline", async () => {
    const soon = new Date(Date.now() + 1000);
    await store.set("o1", new Date(Date.now() + 5000));
    await store.set("o2", soon);
    expect(await store.statistics()).toEqual({
      waiting: 2,
      oldestDueAt: soon,
      fired: 0,
      latenessP50Ms: undefined,
      latenessP99Ms: undefined,
    });
  });

  test("tells how late timers have fired", async () => {
    for (const [order, lateMs] of [
      ["o1", 10_000],
      ["o2", 20_000],
      ["o3", 900_000],
    ] as const) {
      await store.fire(order, new Date(Date.now() - lateMs));
    }
    const { fired, latenessP50Ms, latenessP99Ms } = await store.statistics();
    expect(fired).toBe(3);
    expect(latenessP50Ms).toBeGreaterThanOrEqual(20_000);
    expect(latenessP50Ms).toBeLessThan(30_000);
    expect(latenessP99Ms).toBeGreaterThanOrEqual(900_000);
  });

  test("keeps a timer that has fired when the news of its order, or of its end, comes later or twice", async () => {
    const due = new Date();
    await store.fire("o1", due);
    await store.fire("o1", due);
    await store.set("o1", due);
    await store.forgetWaiting("o1");
    expect(await store.statistics()).toMatchObject({ waiting: 0, fired: 1 });
  });

  test("forgets a timer whose order has ended, and old ones", async () => {
    await store.set("o1", new Date());
    await store.forgetWaiting("o1");
    await store.fire("o2", new Date(0));
    await store.forgetBefore(new Date(1));
    expect(await store.statistics()).toMatchObject({ waiting: 0, fired: 0 });
  });
});
