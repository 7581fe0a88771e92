import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { reasonOf } from "@gittix/common/errors";
import { CancelReason, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { TicketService, type WatchTicketsResponse } from "@gittix/proto/tickets/v1/ticket_service";
import { follow, type Following } from "../support/follow.ts";
import { insist } from "../support/insist.ts";
import { until } from "../support/until.ts";
import { startWorld, type Person, type World } from "../support/world.ts";

let world: World;
const following: Following<unknown>[] = [];
beforeEach(async () => void (world = await startWorld()));
afterEach(async () => {
  for (const each of following.splice(0)) each.leave();
  await world.stop();
});

/** What a person sees within this, they see at once. */
const promptlyMs = 1000;
const doors = ["gRPC", "Connect", "gRPC-Web"] as const;

/** The clients of a door: gRPC straight to the services, the browser's protocols through the edge. */
function clientsOf(door: (typeof doors)[number]) {
  if (door === "gRPC") return { tickets: world.services.tickets, orders: world.services.orders };
  const options = { baseUrl: world.mesh.edgeUrl };
  const transport = door === "Connect" ? createConnectTransport(options) : createGrpcWebTransport(options);
  return { tickets: createClient(TicketService, transport), orders: createClient(OrderService, transport) };
}

async function watchTickets(
  door: (typeof doors)[number],
  ticketIds: string[],
): Promise<Following<WatchTicketsResponse>> {
  const { tickets } = clientsOf(door);
  const stream = follow((signal) => tickets.watchTickets({ ticketIds }, { signal }));
  following.push(stream);
  // From its first message on, nothing is missed.
  await stream.next(({ event }) => event.case === "heartbeat");
  return stream;
}

async function watchOrder(door: (typeof doors)[number], orderId: string, by: Person) {
  const { orders } = clientsOf(door);
  const stream = follow((signal) => orders.watchOrder({ orderId }, { signal, headers: by.as.headers ?? {} }));
  following.push(stream);
  return stream;
}

const ticketIs =
  (fits: (ticket: Ticket) => boolean) =>
  ({ event }: WatchTicketsResponse) =>
    event.case === "ticket" && fits(event.value);
const orderIs =
  (status: OrderStatus) =>
  ({ order }: { order?: Order | undefined }) =>
    order?.status === status;

/** Does something, and expects the watcher to see what follows promptly. */
async function expectSeen<T>(
  stream: Following<T>,
  fits: (message: T) => boolean,
  act: () => Promise<unknown>,
): Promise<T> {
  const [{ message, ms }] = await Promise.all([stream.next(fits), act()]);
  expect(ms).toBeLessThan(promptlyMs);
  return message;
}

describe.each(doors)("WatchTickets over %s", (door) => {
  test("begins with a heartbeat, and then shows a listing, an edit, a lock, a release, a sale and a withdrawal", async () => {
    const [seller, buyer] = await Promise.all([world.person(), world.person()]);
    const { tickets, orders } = world.services;
    const all = await watchTickets(door, []);
    expect(all.messages[0]?.event.case).toBe("heartbeat");

    const listed = await expectSeen(
      all,
      ticketIs(({ title }) => title === "Giselle"),
      () => seller.list("Giselle", 5000),
    );
    const ticket = listed.event.case === "ticket" ? listed.event.value : undefined;
    const ticketId = ticket?.id ?? "";
    const one = await watchTickets(door, [ticketId]);
    const seen = (fits: (ticket: Ticket) => boolean, act: () => Promise<unknown>) =>
      expectSeen(one, ticketIs(fits), act);

    const edit = { ticketId, expectedVersion: 1, price: { amountMinor: 4200 } };
    await seen(
      ({ price }) => price?.amountMinor === 4200,
      () => tickets.updateTicket(edit, seller.as),
    );
    let order: Order | undefined;
    const locked = await seen(
      ({ status }) => status === TicketStatus.RESERVED,
      async () => (order = await buyer.order(ticketId)),
    );
    expect(locked.event).toMatchObject({ value: { reservedUntil: order?.expiresAt } });
    const cancel = () => orders.cancelOrder({ orderId: order?.id ?? "" }, buyer.as);
    await seen(({ status }) => status === TicketStatus.AVAILABLE, cancel);
    await seen(
      ({ status }) => status === TicketStatus.SOLD,
      async () => buyer.pay((await buyer.order(ticketId)).id),
    );

    const other = await seller.list("Coppélia");
    await expectSeen(
      all,
      ticketIs(({ id, status }) => id === other.id && status === TicketStatus.WITHDRAWN),
      () => tickets.withdrawTicket({ ticketId: other.id }, seller.as),
    );
    expect(one.messages.every(({ event }) => event.case !== "ticket" || event.value.id === ticketId)).toBe(true);
  });

  test("never tells who holds a ticket", async () => {
    const [seller, buyer] = await Promise.all([world.person(), world.person()]);
    const all = await watchTickets(door, []);
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    await until(() => all.messages.some(ticketIs(({ status }) => status === TicketStatus.RESERVED)));
    const told = JSON.stringify(all.messages, (_, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(told).toContain(seller.id);
    expect(told).not.toContain(buyer.id);
    expect(told).not.toContain(order.id);
  });
});

describe.each(doors)("WatchOrder over %s", (door) => {
  test("begins with the order as it is, and shows its payment and its completion", async () => {
    const [seller, buyer] = await Promise.all([world.person(), world.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    const stream = await watchOrder(door, order.id, buyer);
    await stream.next(orderIs(OrderStatus.CREATED));
    expect(stream.messages[0]).toMatchObject({ order: { id: order.id }, serverTime: { seconds: expect.anything() } });
    const done = await expectSeen(stream, orderIs(OrderStatus.COMPLETED), () => buyer.pay(order.id));
    expect(done.order?.version).toBe(3);
  });

  test("shows a cancellation, and why", async () => {
    const [seller, buyer] = await Promise.all([world.person(), world.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    const stream = await watchOrder(door, order.id, buyer);
    await stream.next(orderIs(OrderStatus.CREATED));
    const cancel = () => world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    expect(await expectSeen(stream, orderIs(OrderStatus.CANCELLED), cancel)).toMatchObject({
      order: { cancelReason: CancelReason.BUYER },
    });
  });

  test("of another user's order ends with NOT_FOUND, for the seller too", async () => {
    const [seller, buyer, stranger] = await Promise.all([world.person(), world.person(), world.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    for (const person of [seller, stranger]) {
      const error = await (await watchOrder(door, order.id, person)).ended;
      expect([ConnectError.from(error).code, reasonOf(error)]).toEqual([Code.NotFound, "ORDER_NOT_FOUND"]);
    }
  });
});

describe.each(doors)("a stop, for those who watch over %s", (door) => {
  test("ends their streams with UNAVAILABLE, and they can come back", async () => {
    const [seller, buyer] = await Promise.all([world.person(), world.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    const tickets = await watchTickets(door, []);
    const mine = await watchOrder(door, order.id, buyer);
    await mine.next(orderIs(OrderStatus.CREATED));
    await world.restart();
    for (const stream of [tickets, mine]) expect(ConnectError.from(await stream.ended).code).toBe(Code.Unavailable);
    const again = await watchTickets(door, []);
    await expectSeen(
      again,
      ticketIs(({ title }) => title === "Coppélia"),
      () => insist(() => seller.list("Coppélia")),
    );
  });
});
