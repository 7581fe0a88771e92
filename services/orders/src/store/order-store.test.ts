import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Database } from "@gittix/common/database/database";
import { Outbox } from "@gittix/common/database/outbox";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { v7 as uuidv7 } from "uuid";
import { cancel, complete, place, type Order } from "../domain/order.ts";
import { orderCreated, orderEnded } from "../messages.ts";
import { migrations } from "./migrations.ts";
import { createOrderStore, type OrderStore } from "./order-store.ts";
import { Orders } from "./tables.ts";

const anHour = 3_600_000;

describe.each(testDatabases)("the order store on $name", ({ create }) => {
  let database: Database;
  let store: OrderStore;

  beforeEach(async () => {
    database = await openTestDatabase(create, { entities: [Orders], migrations });
    store = createOrderStore(database);
  });
  afterEach(() => database.close());

  const insert = (facts: Partial<Order> = {}) =>
    store.insert((at) => {
      const order = place(
        {
          id: uuidv7(),
          buyerId: "bob",
          requestId: uuidv7(),
          ticketId: uuidv7(),
          sellerId: "ada",
          ticketTitle: "Giselle",
          priceMinor: 5000,
          currency: "USD",
          expiresAt: new Date(at.getTime() + anHour),
          ...facts,
        },
        at,
      );
      return { order, events: [orderCreated(order)] };
    });
  const placed = async (facts: Partial<Order> = {}): Promise<Order> => {
    const order = await insert(facts);
    if (!order) throw new Error("not placed");
    return order;
  };
  const move = (order: Order, transition: (order: Order, at: Date) => Order) =>
    store.update(order.id, (before, at) => {
      const after = transition(before, at);
      return { order: after, events: orderEnded(after) };
    });

  test("gives an order back as it was saved", async () => {
    const order = await placed();
    expect(await store.get(order.id)).toEqual(order);
    expect(await store.getByRequest("bob", order.requestId)).toEqual(order);
    expect(await store.getMany([order.id, uuidv7()])).toEqual([order]);
  });

  test("lets one open or completed order hold a ticket, and makes room when it is cancelled", async () => {
    const first = await placed({ ticketId: "t" });
    expect(await insert({ ticketId: "t" })).toBeUndefined();
    await move(first, complete);
    expect(await insert({ ticketId: "t" })).toBeUndefined();
    const second = await placed({ ticketId: "u" });
    await move(second, cancel);
    expect(await insert({ ticketId: "u" })).toMatchObject({ ticketId: "u" });
  });

  test("keeps one of many orders that come at once for a ticket", async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, (_, n) => insert({ ticketId: "t", buyerId: `b${n}` })));
    expect(orders.filter(Boolean)).toHaveLength(1);
    expect(await database.reader().count(Outbox)).toBe(1);
  });

  test("expires an overdue holder that nobody has swept, with its event, to make room", async () => {
    const late = await placed({ ticketId: "t", expiresAt: new Date(Date.now() - 1000) });
    expect(await insert({ ticketId: "t" })).toMatchObject({ ticketId: "t", status: "CREATED" });
    expect(await store.get(late.id)).toMatchObject({ status: "CANCELLED", cancelReason: "EXPIRED" });
    expect(await database.reader().count(Outbox)).toBe(3);
  });

  test("keeps one order for a buyer's request", async () => {
    const order = await placed({ requestId: "r" });
    expect(await insert({ requestId: "r" })).toBeUndefined();
    expect(await insert({ requestId: "r", buyerId: "eve" })).toBeDefined();
    expect(await store.getByRequest("bob", "r")).toEqual(order);
  });

  test("saves a transition with its event, and an order that stays as it is without one", async () => {
    const order = await placed();
    await move(order, complete);
    await move(order, complete);
    expect(await store.get(order.id)).toMatchObject({ status: "COMPLETED", version: 2 });
    expect(await database.reader().count(Outbox)).toBe(2);
  });

  test("lists a buyer's orders, latest first, by status and page by page", async () => {
    const [first, second, third] = [await placed(), await placed(), await placed()];
    await placed({ buyerId: "eve" });
    await move(second, cancel);
    const ids = async (query: Partial<Parameters<OrderStore["list"]>[0]>) =>
      (await store.list({ buyerId: "bob", limit: 10, ...query })).map((order) => order.id);
    expect(await ids({})).toEqual([third.id, second.id, first.id]);
    expect(await ids({ afterId: third.id, limit: 1 })).toEqual([second.id]);
    expect(await ids({ status: "CANCELLED" })).toEqual([second.id]);
  });

  test("lists the orders that are overdue", async () => {
    const late = await placed({ expiresAt: new Date(Date.now() - 5000) });
    await placed();
    await move(await placed({ expiresAt: new Date(Date.now() - 5000) }), cancel);
    expect(await store.listOverdue(0, 10)).toEqual([late]);
    expect(await store.listOverdue(60_000, 10)).toEqual([]);
  });
});
