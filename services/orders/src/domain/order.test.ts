import { describe, expect, test } from "@jest/globals";
import { reasonOf } from "@gittix/common/errors";
import { beginPayment, cancel, complete, ended, expire, failPayment, place, undo, type Order } from "./order.ts";

const at = new Date("2026-01-01T12:00:00.000Z");
const deadline = new Date("2026-01-01T12:15:00.000Z");
const justBefore = new Date(deadline.getTime() - 1);

const created = place(
  {
    id: "o",
    buyerId: "bob",
    requestId: "r",
    ticketId: "t",
    sellerId: "ada",
    ticketTitle: "Giselle",
    priceMinor: 5000,
    currency: "USD",
    expiresAt: deadline,
  },
  at,
);
const paying = beginPayment(created, at);
const completed = complete(paying, at);
const cancelled = cancel(created, at);
const expired = expire(created, deadline);

describe("an order", () => {
  test("goes from created over awaiting payment to completed", () => {
    expect([created, paying, completed].map(({ status, version }) => [status, version])).toEqual([
      ["CREATED", 1],
      ["AWAITING_PAYMENT", 2],
      ["COMPLETED", 3],
    ]);
  });

  test.each([
    ["cancel", cancelled, cancel],
    ["expire", expired, expire],
    ["complete", completed, complete],
    ["begin to pay", paying, beginPayment],
    ["undo", undo(completed, at), undo],
  ])("stays as it is when it is told to %s a second time", (_, order, again) => {
    expect(again(order, at)).toBe(order);
  });

  test.each([
    ["cancel", cancel],
    ["begin to pay", beginPayment],
    ["complete", complete],
    ["fail", failPayment],
    ["expire", expire],
  ])("expires at its deadline, whatever it is told: %s", (_, transition) => {
    for (const order of [created, paying]) {
      expect(transition(order, deadline)).toMatchObject({ status: "CANCELLED", cancelReason: "EXPIRED" });
    }
  });

  test("does not expire a moment earlier", () => {
    expect(expire(paying, justBefore)).toBe(paying);
    expect(complete(paying, justBefore).status).toBe("COMPLETED");
  });

  test("is cancelled by its buyer while it is open, and not once it is paid", () => {
    expect(cancelled).toMatchObject({ status: "CANCELLED", cancelReason: "BUYER" });
    expect(() => cancel(completed, at)).toThrow("paid");
  });

  test("stays completed when the news of a failure comes late", () => {
    expect(failPayment(completed, at)).toBe(completed);
    expect(expire(completed, deadline)).toBe(completed);
  });

  test.each([
    ["cancelled", cancelled],
    ["expired", expired],
  ])("stays %s when it is paid too late", (_, order) => {
    expect(complete(order, at)).toBe(order);
    expect(failPayment(order, at)).toBe(order);
  });

  test("is undone by a refund, also when the refund overtakes the news of the charge", () => {
    expect(undo(completed, at)).toMatchObject({ status: "CANCELLED", cancelReason: "OPERATOR" });
    expect(complete(undo(paying, at), at)).toMatchObject({ status: "CANCELLED" });
    expect(undo(expired, at)).toBe(expired);
  });

  test.each<[string, Order, string]>([
    ["completed", completed, "ORDER_COMPLETED"],
    ["cancelled", cancelled, "ORDER_CANCELLED"],
    ["expired", expired, "ORDER_EXPIRED"],
  ])("tells those who would pay that it is %s", (_, order, reason) => {
    expect(reasonOf(ended(order))).toBe(reason);
  });
});
