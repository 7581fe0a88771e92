import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { readRows } from "../support/databases.ts";
import { prepareStart, type Start } from "../support/start.ts";
import { until } from "../support/until.ts";

let start: Start;
beforeEach(async () => void (start = await prepareStart()));
afterEach(() => start.clear());

describe("LESSON 11, a window that two services know", () => {
  test("is one setting: --hold 7s is the deadline that orders writes and the wait queue that expiration keeps", async () => {
    const program = await start.ready(["--hold", "7s"]);
    const people = start.enter();
    const [seller, buyer, operator] = await Promise.all([people.person(), people.person(), people.operator()]);
    const { expiresAt, createdAt } = await buyer.order((await seller.list("Giselle")).id);
    const windowMs = (expiresAt ? timestampMs(expiresAt) : 0) - (createdAt ? timestampMs(createdAt) : 0);
    // The lock comes first: its time runs from a moment before the order is written down.
    expect(windowMs).toBeLessThanOrEqual(7000);
    expect(windowMs).toBeGreaterThan(6000);
    const { holdWindow } = await people.services.expiration.getExpirationStatus({}, operator.as);
    expect(holdWindow && durationMs(holdWindow)).toBe(7000);
    program.signal("SIGINT");
    await program.ended;
    expect(readRows(join(start.folder, "data", "bus.db"), "SELECT name, ttl_ms FROM wait")).toEqual([
      { name: "expiration.wait.7000", ttl_ms: 7000 },
    ]);
  });
});

describe("LESSON 20, valid payments refunded as expired through a time zone", () => {
  test.each(["Pacific/Apia", "America/St_Johns"])(
    "does not happen: a computer that lives in %s holds and sells as any other",
    async (TZ) => {
      await start.ready([], { TZ });
      const people = start.enter();
      const [seller, buyer] = await Promise.all([people.person(), people.person()]);
      const ticket = await seller.list("Giselle", 5000);
      const before = Date.now();
      const order = await buyer.order(ticket.id);
      const expiresMs = order.expiresAt ? timestampMs(order.expiresAt) : 0;
      expect(expiresMs).toBeGreaterThanOrEqual(before + 15 * 60_000 - 1);
      expect(expiresMs).toBeLessThanOrEqual(Date.now() + 15 * 60_000);
      expect((await buyer.ticketNow(ticket.id)).reservedUntil).toEqual(order.expiresAt);
      await buyer.pay(order.id);
      await until(
        async () => (await buyer.orderNow(order.id)).status,
        (status) => status === OrderStatus.COMPLETED,
      );
      expect((await people.services.payments.getCharge({ orderId: order.id }, buyer.as)).charge).toMatchObject({
        stripeRefundId: "",
      });
    },
  );
});
