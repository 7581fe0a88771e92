import { afterEach, describe, expect, test } from "@jest/globals";
import type { EventBus } from "@gittix/common/bus/bus";
import { BusUnavailable } from "@gittix/common/bus/bus";
import { openEnvelope } from "@gittix/common/events";
import { OrderCompletedSchema, OrderCreatedSchema } from "@gittix/proto/orders/v1/events";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import { v7 as uuidv7 } from "uuid";
import { until } from "../support/until.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World;
const inWorld = async (options: WorldOptions = {}) => (world = await startWorld(options));
afterEach(() => world.stop());

async function openOrder() {
  const [seller, buyer] = await Promise.all([world.person(), world.person()]);
  const ticket = await seller.list("Giselle");
  return { seller, buyer, ticket, order: await buyer.order(ticket.id) };
}

async function outboxOf(service: "orders" | "tickets"): Promise<number> {
  const [row] = await world.rows(service, "SELECT COUNT(*) AS count FROM outbox");
  return Number(row?.["count"]);
}

describe("LESSON 2, events lost between a save and its publication", () => {
  test("wait in the outbox while the broker is away, and arrive when it is back", async () => {
    let away = false;
    await inWorld({ wrapBus: (bus) => ({ ...bus, publish: (messages) => (away ? refuse() : bus.publish(messages)) }) });
    const { buyer, ticket, order } = await openOrder();
    await until(
      () => outboxOf("orders"),
      (count) => count === 0,
    );
    away = true;
    await world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    expect(await outboxOf("orders")).toBe(1);
    expect((await buyer.ticketNow(ticket.id)).status).toBe(TicketStatus.RESERVED);
    away = false;
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.AVAILABLE,
    );
    expect(await outboxOf("orders")).toBe(0);
  });

  test("control: without the outbox, a lost OrderCancelled is a hold that does not end with its order", async () => {
    await inWorld({
      settings: { LOCK_RECONCILE_EVERY: "1h" },
      wrapBus: (bus) => ({
        ...bus,
        // Published and forgotten: nobody asks whether it arrived.
        publish: async (messages) =>
          bus.publish(messages.filter(({ type }) => type !== "gittix.orders.v1.OrderCancelled")),
      }),
    });
    const { buyer, ticket, order } = await openOrder();
    await world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    await until(
      () => outboxOf("orders"),
      (count) => count === 0,
    );
    expect((await buyer.ticketNow(ticket.id)).status).toBe(TicketStatus.RESERVED);
  });

  test("arrive also when the process stops before it has published them", async () => {
    let away = false;
    await inWorld({ wrapBus: (bus) => ({ ...bus, publish: (messages) => (away ? refuse() : bus.publish(messages)) }) });
    const { buyer, ticket, order } = await openOrder();
    away = true;
    await world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    await world.restart();
    away = false;
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.AVAILABLE,
    );
  });
});

describe("LESSON 7, versions with gaps", () => {
  test("do no harm to readers: a purchase skips version 2 in its events, and nothing is parked", async () => {
    await inWorld();
    const keepsNewest = await readOrders("keeps-newest", () => true);
    const { buyer, order } = await openOrder();
    await buyer.pay(order.id);
    await until(() => keepsNewest.versions.get(order.id) === 3);
    for (const queue of ["tickets", "orders", "expiration", "payments", "keeps-newest"]) {
      expect((await world.mesh.bus.listParked(`${queue}.events`, 10)).total).toBe(0);
    }
  });

  test("control: a reader that insists on version - 1 parks every later event", async () => {
    await inWorld();
    await readOrders("insists", (version, last) => version === last + 1);
    const { buyer, order } = await openOrder();
    await buyer.pay(order.id);
    const parked = () => world.mesh.bus.listParked("insists.events", 10);
    const { messages } = await until(parked, ({ total }) => total === 1);
    expect(messages[0]?.type).toBe(OrderCompletedSchema.typeName);
  });

  /** A reader of orders, as another service would be. */
  async function readOrders(name: string, accepts: (version: number, last: number) => boolean) {
    const versions = new Map<string, number>();
    const queue = `${name}.events`;
    const types = [OrderCreatedSchema.typeName, OrderCompletedSchema.typeName];
    await world.mesh.bus.declare({
      queues: [{ name: queue, types, attemptsMax: 2, parkedName: `${name}.parked` }],
      waits: [],
    });
    await world.mesh.bus.consume(
      queue,
      async (delivery) => {
        const { aggregateId, aggregateVersion } = openEnvelope(delivery);
        const last = versions.get(aggregateId) ?? 0;
        if (!accepts(aggregateVersion, last)) throw new Error(`version ${aggregateVersion} after ${last}`);
        versions.set(aggregateId, Math.max(last, aggregateVersion));
      },
      { prefetch: 1 },
    );
    return { versions };
  }
});

describe("LESSON 8, a message that cannot be handled", () => {
  const poison = () => ({ id: uuidv7(), type: OrderCompletedSchema.typeName, body: new Uint8Array([255, 255, 255]) });

  test("is parked where an operator sees it, replays it and drops it, and others pass it by", async () => {
    await inWorld();
    const message = poison();
    await world.mesh.bus.publish([message]);
    const { buyer, ticket, order } = await openOrder();
    await buyer.pay(order.id);
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.SOLD,
    );

    const operator = await world.operator();
    const { deadLetters } = world.services;
    const parked = () => deadLetters.tickets.listDeadLetters({}, operator.as);
    const seen = await until(parked, ({ totalCount }) => totalCount === 1);
    expect(seen.deadLetters[0]).toMatchObject({
      id: message.id,
      type: message.type,
      queue: "tickets.events",
      attempts: 5,
    });
    expect(seen.deadLetters[0]?.error).not.toBe("");

    expect(await deadLetters.tickets.replayDeadLetters({ ids: [message.id] }, operator.as)).toMatchObject({
      replayedCount: 1,
    });
    await until(parked, ({ totalCount }) => totalCount === 1);
    expect(await deadLetters.tickets.discardDeadLetters({ all: true }, operator.as)).toMatchObject({
      discardedCount: 1,
    });
    expect(await parked()).toMatchObject({ totalCount: 0 });
  });

  test("control: without that limit it comes back again and again", async () => {
    await inWorld();
    const attempts: number[] = [];
    await world.mesh.bus.declare({
      queues: [
        {
          name: "endless.events",
          types: [OrderCompletedSchema.typeName],
          attemptsMax: 20,
          parkedName: "endless.parked",
        },
      ],
      waits: [],
    });
    await world.mesh.bus.consume(
      "endless.events",
      async ({ attempt }) => {
        attempts.push(attempt);
        throw new Error("cannot be handled");
      },
      { prefetch: 1 },
    );
    await world.mesh.bus.publish([poison()]);
    await until(() => attempts.length > 5);
    expect((await world.mesh.bus.listParked("endless.events", 1)).total).toBe(0);
  });
});

describe("LESSON 15, a remote call inside a database transaction", () => {
  test("is refused before it leaves", async () => {
    const calls: Promise<unknown>[] = [];
    await inWorld({
      parts: {
        orders: {
          store: (store) => ({
            ...store,
            update: (id, change) =>
              store.update(id, (before, at) => {
                calls.push(world.services.tickets.getTicket({ ticketId: before.ticketId }));
                return change(before, at);
              }),
          }),
        },
      },
    });
    const { buyer, order } = await openOrder();
    await world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    await expect(calls[0]).rejects.toThrow("must not happen inside a database transaction");
  });
});

describe("an event delivered twice", () => {
  test("takes effect once: everything is published twice, and the purchase is as it should be", async () => {
    await inWorld({ wrapBus: (bus) => publishingTwice(bus) });
    const { buyer, ticket, order } = await openOrder();
    await buyer.pay(order.id);
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.SOLD,
    );
    expect(await buyer.orderNow(order.id)).toMatchObject({ status: OrderStatus.COMPLETED, version: 3 });
    expect(await buyer.ticketNow(ticket.id)).toMatchObject({ version: 3 });
  });
});

function publishingTwice(bus: EventBus): EventBus {
  return { ...bus, publish: (messages) => bus.publish([...messages, ...messages]) };
}

function refuse(): Promise<never> {
  return Promise.reject(new BusUnavailable("away"));
}
