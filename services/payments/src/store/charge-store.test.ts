import type { Database } from "@gittix/common/database/database";
import { Outbox } from "@gittix/common/database/outbox";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { begin, complete, endOrder, fail, refund, refuseMethod, type Charge } from "../domain/charge.ts";
import { chargeCreated } from "../messages.ts";
import { createChargeStore, type ChargeChange, type ChargeStore } from "./charge-store.ts";
import { migrations } from "./migrations.ts";
import { Charges, EndedOrders } from "./tables.ts";

const facts = { buyerId: "u1", amountMinor: 1250, currency: "USD", paymentMethodId: "pm_card_visa" };
const failed: ChargeChange = (before, at) => {
  const charge = fail(before, "ORDER_ENDED", at);
  return { charge, events: [chargeCreated(charge)] };
};
const ended: ChargeChange = (before, at) => ({ charge: endOrder(before, at), events: [] });

describe.each(testDatabases)("the charge store on $name", ({ create }) => {
  let database: Database;
  let store: ChargeStore;

  beforeEach(async () => {
    database = await openTestDatabase(create, { entities: [Charges, EndedOrders], migrations });
    store = createChargeStore(database, { unsettledAfterMs: 30_000, backoffMs: 1000 });
  });
  afterEach(() => database.close());

  const insert = (id: string, orderId: string) => store.insert((at) => begin({ ...facts, id, orderId }, at), failed);

  /** What the schedule says of a charge. */
  const schedule = async (id: string) => {
    const row = await database.reader().findOneByOrFail(Charges, { id });
    return { tries: row.tries, inMs: row.dueAt && row.dueAt.getTime() - (await database.now()).getTime() };
  };

  const pass = (id: string) =>
    database.write(({ manager }) => manager.update(Charges, { id }, { dueAt: new Date("2026-01-01T00:00:00Z") }));

  describe("keeping charges", () => {
    test("keeps one charge an order, also of two inserted at once", async () => {
      const both = await Promise.all([insert("c1", "o1"), insert("c2", "o1")]);
      expect(both.filter((charge) => charge === null)).toHaveLength(1);
      expect(await store.getByOrder("o1")).toEqual(both.find((charge) => charge !== null));
    });

    test("gives back what it was given", async () => {
      const charge = await insert("c1", "o1");
      expect(await store.get("c1")).toEqual(charge);
      expect(await store.get("c2")).toBeNull();
    });

    test("closes a charge also when its order is ending at this very moment", async () => {
      const ending = Promise.withResolvers<void>();
      const inserting = ending.promise.then(() => insert("c1", "o1"));
      await database.write(async () => {
        await store.endOrder({ orderId: "o1", reason: "EXPIRED" }, ended);
        ending.resolve();
        // Not committed yet: the insert has time enough to overlook it.
        for (let query = 0; query < 50; query++) await database.now();
      });
      expect(await inserting).toMatchObject({ status: "FAILED", failureReason: "ORDER_ENDED" });
    });

    test("closes a charge at once when its order has ended before, and tells so", async () => {
      await store.endOrder({ orderId: "o1", reason: "EXPIRED" }, ended);
      expect(await insert("c1", "o1")).toMatchObject({ status: "FAILED", failureReason: "ORDER_ENDED" });
      expect(await database.reader().find(Outbox)).toMatchObject([{ type: "gittix.payments.v1.ChargeCreated" }]);
      expect(await schedule("c1")).toMatchObject({ inMs: null });
    });

    test("marks the charge of an order that ends afterwards, and remembers the order once", async () => {
      await insert("c1", "o1");
      await store.endOrder({ orderId: "o1", reason: "BUYER" }, ended);
      await store.endOrder({ orderId: "o1", reason: "BUYER" }, ended);
      expect(await store.get("c1")).toMatchObject({ undoReason: "ORDER_ENDED", version: 2 });
      expect(await database.reader().find(EndedOrders)).toMatchObject([{ orderId: "o1", reason: "BUYER" }]);
      expect((await store.claimDue(10)).map((charge) => charge.id)).toEqual(["c1"]);
    });

    test("publishes with a change, and nothing when nothing changes", async () => {
      await insert("c1", "o1");
      const change: ChargeChange = (before, at) => {
        const charge = complete(before, at);
        return { charge, events: [chargeCreated(charge)] };
      };
      await store.update("c1", change);
      await store.update("c1", change);
      expect(await database.reader().count(Outbox)).toBe(1);
    });

    test("forgets ended orders after their time", async () => {
      await store.endOrder({ orderId: "o1", reason: "BUYER" }, ended);
      await store.forgetEndedOrders(60_000);
      expect(await database.reader().count(EndedOrders)).toBe(1);
      await store.forgetEndedOrders(-60_000);
      expect(await database.reader().count(EndedOrders)).toBe(0);
    });
  });

  describe("looking after charges", () => {
    test("takes a charge that nothing has settled for a while, and not before", async () => {
      await insert("c1", "o1");
      expect((await schedule("c1")).inMs).toBeGreaterThan(25_000);
      expect(await store.claimDue(10)).toEqual([]);
      await pass("c1");
      expect((await store.claimDue(10)).map((charge) => charge.id)).toEqual(["c1"]);
    });

    test("comes back after pauses that grow up to a minute, whatever becomes of those who took it", async () => {
      await insert("c1", "o1");
      const pauses: number[] = [];
      for (let look = 0; look < 8; look++) {
        await pass("c1");
        await store.claimDue(10);
        pauses.push(Math.round(((await schedule("c1")).inMs ?? 0) / 1000));
      }
      expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    });

    test("keeps the pauses over a change that settles nothing, and begins anew with one that does", async () => {
      await insert("c1", "o1");
      await pass("c1");
      await store.claimDue(10);
      await store.update("c1", (before, at) => ({ charge: refuseMethod(before, "pm_card_visa", at), events: [] }));
      expect(await schedule("c1")).toMatchObject({ tries: 1 });
      await store.endOrder({ orderId: "o1", reason: "BUYER" }, ended);
      expect(await schedule("c1")).toMatchObject({ tries: 0 });
    });

    test("can be hurried, never delayed", async () => {
      await insert("c1", "o1");
      await store.hurry("c1");
      expect((await schedule("c1")).inMs).toBeLessThanOrEqual(1000);
      await pass("c1");
      await store.hurry("c1");
      expect((await schedule("c1")).inMs).toBeLessThan(0);
    });

    test("ends when nothing is left to do, unless the charge has changed meanwhile", async () => {
      const begun = await insert("c1", "o1");
      const paid = await store.update("c1", (before, at) => ({ charge: complete(before, at), events: [] }));
      await store.finish(begun ?? paid);
      expect((await schedule("c1")).inMs).not.toBeNull();
      await store.finish(paid);
      expect((await schedule("c1")).inMs).toBeNull();
    });

    test("ends with the refund", async () => {
      await insert("c1", "o1");
      const steps: ((charge: Charge, at: Date) => Charge)[] = [
        complete,
        endOrder,
        (charge, at) => refund(charge, "re_1", at),
      ];
      for (const step of steps) await store.update("c1", (before, at) => ({ charge: step(before, at), events: [] }));
      expect(await schedule("c1")).toEqual({ tries: 0, inMs: null });
    });
  });
});
