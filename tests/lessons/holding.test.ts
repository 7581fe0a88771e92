import { afterEach, describe, expect, test } from "@jest/globals";
import { draftEvent, sealEvent } from "@gittix/common/events";
import { create } from "@bufbuild/protobuf";
import { OrderCancelledSchema } from "@gittix/proto/orders/v1/events";
import { CancelReason, OrderSchema, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import { reasonFor, tally } from "../support/reasons.ts";
import { until } from "../support/until.ts";
import { startWorld, type Person, type World, type WorldOptions } from "../support/world.ts";

let world: World;
const inWorld = async (options: WorldOptions = {}) => (world = await startWorld(options));
afterEach(() => world.stop());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => world.person()));
const holdersOf = (ticketId: string) =>
  world.rows("orders", `SELECT id FROM orders WHERE ticket_id = '${ticketId}' AND status <> 'CANCELLED'`);

describe("LESSON 1, double booking", () => {
  test("gives one of 50 buyers the ticket, and all others hear that it is reserved", async () => {
    await inWorld();
    const ticket = await (await world.person()).list("Giselle");
    const buyers = await people(50);
    expect(await tally(buyers.map((buyer) => buyer.order(ticket.id)))).toEqual({ ok: 1, TICKET_RESERVED: 49 });
    expect(await holdersOf(ticket.id)).toHaveLength(1);
  });

  test("control: with the guards off, two buyers hold the same ticket", async () => {
    const bothHaveLooked = barrier(2);
    await inWorld({
      parts: {
        tickets: {
          store: (store) => ({
            ...store,
            // Looks, and then takes: nothing in between keeps another out.
            async reserve({ ticketId, orderId, until: reservedUntil }) {
              const seen = await store.get(ticketId);
              await bothHaveLooked();
              if (seen?.orderId) throw new Error("reserved");
              return store.update(ticketId, (before) => ({
                ticket: { ...before, orderId, reservedUntil },
                events: [],
              }));
            },
          }),
        },
      },
    });
    await world.dropIndex("orders", "orders", "orders_by_holding_ticket");
    const ticket = await (await world.person()).list("Giselle");
    const buyers = await people(2);
    expect(await tally(buyers.map((buyer) => buyer.order(ticket.id)))).toEqual({ ok: 2 });
    expect(await holdersOf(ticket.id)).toHaveLength(2);
  });
});

describe("LESSON 3, a stale timer", () => {
  /** A orders and cancels, B orders; then A's end is told again, as a late timer or a second delivery would. */
  async function releaseStale(): Promise<{ ticketId: string; b: Person; orderOfB: Order }> {
    const [seller, a, b] = await people(3);
    if (!seller || !a || !b) throw new Error("nobody came");
    const ticket = await seller.list("Giselle");
    const orderOfA = await a.order(ticket.id);
    await world.services.orders.cancelOrder({ orderId: orderOfA.id }, a.as);
    const orderOfB = await until(() => b.order(ticket.id).catch(() => undefined));
    if (!orderOfB) throw new Error("B did not get the ticket");
    const stale = orderEndedAgain(orderOfA);
    await world.mesh.bus.publish([stale]);
    await until(() => handled("tickets", stale.id));
    return { ticketId: ticket.id, b, orderOfB };
  }

  test("never frees a newer hold", async () => {
    await inWorld();
    const { ticketId, b, orderOfB } = await releaseStale();
    expect(await b.ticketNow(ticketId)).toMatchObject({ status: TicketStatus.RESERVED });
    expect(await b.pay(orderOfB.id)).toMatchObject({ orderId: orderOfB.id });
    await until(
      async () => (await b.ticketNow(ticketId)).status,
      (status) => status === TicketStatus.SOLD,
    );
  });

  test("control: a release that does not compare the order frees B's hold", async () => {
    await inWorld({
      parts: {
        tickets: {
          usecases: (usecases) => ({
            ...usecases,
            async releaseTicket({ ticketId }) {
              const { orderId } = await usecases.getTicket(ticketId);
              return usecases.releaseTicket({ ticketId, orderId: orderId ?? "" });
            },
          }),
        },
      },
    });
    const { ticketId, b } = await releaseStale();
    await until(
      async () => (await b.ticketNow(ticketId)).status,
      (status) => status === TicketStatus.AVAILABLE,
    );
  });
});

describe("LESSON 9, a price edited while a buyer pays", () => {
  test("is refused, and the price shown is the price charged", async () => {
    await inWorld();
    const [seller, buyer] = await people(2);
    if (!seller || !buyer) throw new Error("nobody came");
    const ticket = await seller.list("Giselle", 5000);
    const order = await buyer.order(ticket.id);
    const edit = { ticketId: ticket.id, expectedVersion: ticket.version + 1, price: { amountMinor: 9900 } };
    expect(await reasonFor(world.services.tickets.updateTicket(edit, seller.as))).toBe("TICKET_RESERVED");
    expect(await buyer.pay(order.id)).toMatchObject({ amount: { amountMinor: 5000 } });
  });

  test("either comes before the lock or is refused, when both race", async () => {
    await inWorld();
    const [seller, ...buyers] = await people(9);
    if (!seller) throw new Error("nobody came");
    for (const buyer of buyers) {
      const ticket = await seller.list("Giselle", 5000);
      const edit = { ticketId: ticket.id, expectedVersion: 1, price: { amountMinor: 9900 } };
      const [edited, ordered] = await Promise.all([
        reasonFor(world.services.tickets.updateTicket(edit, seller.as)),
        buyer.order(ticket.id),
      ]);
      const shown = edited === "TICKET_RESERVED" ? 5000 : 9900;
      expect(ordered.price?.amountMinor).toBe(shown);
      expect((await buyer.ticketNow(ticket.id)).price?.amountMinor).toBe(shown);
    }
  });

  test("control: with the guard off, the page and the charge show different prices", async () => {
    await inWorld({
      parts: {
        tickets: {
          store: (store) => ({
            ...store,
            update: (id, change) =>
              store.update(id, (before, at) => {
                const { ticket, events } = change({ ...before, orderId: null, reservedUntil: null }, at);
                return { events, ticket: { ...ticket, orderId: before.orderId, reservedUntil: before.reservedUntil } };
              }),
          }),
        },
      },
    });
    const [seller, buyer] = await people(2);
    if (!seller || !buyer) throw new Error("nobody came");
    const ticket = await seller.list("Giselle", 5000);
    const order = await buyer.order(ticket.id);
    const edit = { ticketId: ticket.id, expectedVersion: ticket.version + 1, price: { amountMinor: 9900 } };
    await world.services.tickets.updateTicket(edit, seller.as);
    expect((await buyer.ticketNow(ticket.id)).price?.amountMinor).toBe(9900);
    expect(await buyer.pay(order.id)).toMatchObject({ amount: { amountMinor: 5000 } });
  });
});

describe("LESSON 16, buyers who lose under load", () => {
  test("hear TICKET_RESERVED and nothing else: 200 buyers at once", async () => {
    await inWorld();
    const ticket = await (await world.person()).list("Giselle");
    const buyers = await people(200);
    expect(await tally(buyers.map((buyer) => buyer.order(ticket.id)))).toEqual({ ok: 1, TICKET_RESERVED: 199 });
  });
});

describe("LESSON 17, a hold that has expired", () => {
  test("leaves the ticket to the next buyer by itself", async () => {
    await inWorld({ hold: "1s" });
    const [seller, a, b] = await people(3);
    if (!seller || !a || !b) throw new Error("nobody came");
    const ticket = await seller.list("Giselle");
    const order = await a.order(ticket.id);
    await until(() => b.order(ticket.id).catch(() => undefined));
    expect(await a.orderNow(order.id)).toMatchObject({
      status: OrderStatus.CANCELLED,
      cancelReason: CancelReason.EXPIRED,
    });
  });
});

/** A second telling of an order's end, under an id of its own, so that the inbox does not stop it. */
function orderEndedAgain(order: Order) {
  const cancelled = create(OrderSchema, {
    ...order,
    status: OrderStatus.CANCELLED,
    cancelReason: CancelReason.BUYER,
    version: order.version + 1,
  });
  const event = create(OrderCancelledSchema, { order: cancelled });
  return sealEvent(draftEvent(OrderCancelledSchema, cancelled, event), new Date());
}

async function handled(service: "tickets", eventId: string): Promise<boolean> {
  return (await world.rows(service, `SELECT event_id FROM inbox WHERE event_id = '${eventId}'`)).length === 1;
}

/** Lets `count` callers meet before any of them goes on. */
function barrier(count: number): () => Promise<void> {
  const met = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    if (++waiting >= count) met.resolve();
    return met.promise;
  };
}
