import { describe, expect, test } from "@jest/globals";
import { reasonOf } from "@gittix/common/errors";
import { clockSkewMs, edit, list, refusal, release, sell, withdraw, type Ticket } from "./ticket.ts";

const at = new Date("2026-01-01T12:00:00.000Z");
const later = new Date("2026-01-01T12:15:00.000Z");
const listed = list({ id: "t", sellerId: "ada", title: "  Giselle ", priceMinor: 5000, currency: "USD", at });
const held: Ticket = { ...listed, orderId: "o1", reservedUntil: later, version: 2 };
const sold: Ticket = { ...held, status: "SOLD", version: 3 };
const withdrawn: Ticket = { ...listed, status: "WITHDRAWN", version: 2 };

const reasonFor = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return reasonOf(error);
  }
  return undefined;
};

describe("a listing", () => {
  test("begins available, at version 1, with its title trimmed", () => {
    expect(listed).toMatchObject({ title: "Giselle", status: "AVAILABLE", orderId: null, version: 1 });
  });

  test("changes title and price on its seller's word", () => {
    expect(edit(listed, { by: "ada", expectedVersion: 1, priceMinor: 4000, at: later })).toMatchObject({
      title: "Giselle",
      priceMinor: 4000,
      version: 2,
      updatedAt: later,
    });
  });

  test("stays as it is when nothing changes", () => {
    expect(edit(listed, { by: "ada", expectedVersion: 1, title: "Giselle ", at })).toBe(listed);
    expect(withdraw(withdrawn, { by: "ada", at })).toBe(withdrawn);
  });

  test.each([
    ["another user", listed, "bob", 1, "TICKET_NOT_YOURS"],
    ["a version that has passed", { ...listed, version: 2 }, "ada", 1, "VERSION_MISMATCH"],
    ["a held ticket", held, "ada", 2, "TICKET_RESERVED"],
    ["a sold ticket", sold, "ada", 3, "TICKET_SOLD"],
    ["a withdrawn ticket", withdrawn, "ada", 2, "TICKET_WITHDRAWN"],
  ] as const)("refuses an edit of %s", (_, ticket, by, expectedVersion, reason) => {
    expect(reasonFor(() => edit(ticket, { by, expectedVersion, priceMinor: 1, at }))).toBe(reason);
  });

  test.each([
    ["another user", listed, "bob", "TICKET_NOT_YOURS"],
    ["a held ticket", held, "ada", "TICKET_RESERVED"],
    ["a sold ticket", sold, "ada", "TICKET_SOLD"],
  ] as const)("refuses to be withdrawn: %s", (_, ticket, by, reason) => {
    expect(reasonFor(() => withdraw(ticket, { by, at }))).toBe(reason);
  });
});

describe("the lock", () => {
  const wish = { orderId: "o2", buyerId: "bob", at };

  test.each([
    ["a ticket that does not exist", null, "TICKET_NOT_FOUND"],
    ["one's own ticket", { ...listed, sellerId: "bob" }, "TICKET_IS_YOURS"],
    ["a held ticket", held, "TICKET_RESERVED"],
    ["a sold ticket", sold, "TICKET_SOLD"],
    ["a withdrawn ticket", withdrawn, "TICKET_WITHDRAWN"],
  ])("is refused for %s", (_, ticket, reason) => {
    expect(reasonOf(refusal(ticket, wish))).toBe(reason);
  });

  test("is granted on an available ticket, and again to the order that has it", () => {
    expect(refusal(listed, wish)).toBeUndefined();
    expect(refusal(held, { ...wish, orderId: "o1" })).toBeUndefined();
  });

  test("can be taken over once it has lapsed by more than two clocks may differ", () => {
    const afterMs = (ms: number) => ({ ...wish, at: new Date(later.getTime() + ms) });
    expect(reasonOf(refusal(held, afterMs(clockSkewMs - 1)))).toBe("TICKET_RESERVED");
    expect(refusal(held, afterMs(clockSkewMs))).toBeUndefined();
  });

  test("is released and sold for the order that has it alone", () => {
    expect(release(held, { orderId: "o2", at })).toBe(held);
    expect(sell(held, { orderId: "o2", at })).toBe(held);
    expect(release(held, { orderId: "o1", at })).toMatchObject({ orderId: null, reservedUntil: null, version: 3 });
    expect(sell(held, { orderId: "o1", at })).toMatchObject({ status: "SOLD", orderId: "o1", version: 3 });
  });

  test("comes off a sold ticket whose order was undone, and the ticket is for sale again", () => {
    expect(release(sold, { orderId: "o1", at })).toMatchObject({ status: "AVAILABLE", orderId: null });
  });
});
