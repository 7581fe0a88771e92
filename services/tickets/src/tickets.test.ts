import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { create, toJsonString } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { fieldProblemsOf, metadataOf, reasonOf } from "@gittix/common/errors";
import { createRpcClient } from "@gittix/common/rpc/client";
import { internalService } from "@gittix/common/rpc/mount";
import type { RunningService } from "@gittix/common/service";
import { surround, type Surroundings } from "@gittix/common/testing/surroundings";
import { until } from "@gittix/common/testing/until";
import { OrderCancelledSchema, OrderCompletedSchema, OrderExpiredSchema } from "@gittix/proto/orders/v1/events";
import { OrderSchema, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { TicketCancelledSchema, TicketCreatedSchema, TicketUpdatedSchema } from "@gittix/proto/tickets/v1/events";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { TicketSchema, TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { TicketService, TicketSort } from "@gittix/proto/tickets/v1/ticket_service";
import { v7 as uuidv7 } from "uuid";
import { startTickets } from "./main.ts";

const [seller, buyer, another] = [uuidv7(), uuidv7(), uuidv7()];
/** What the orders service would answer about orders. */
const orders = new Map<string, OrderStatus>();
const ordersPeer = internalService(OrderLifecycleService, {
  beginPayment: () => ({}),
  expireOrder: () => ({}),
  batchGetOrders: ({ orderIds }) => ({
    orders: orderIds.flatMap((id) =>
      orders.has(id) ? [{ id, status: orders.get(id) ?? OrderStatus.UNSPECIFIED }] : [],
    ),
  }),
});

let around: Surroundings;
let service: RunningService;
let clients: ReturnType<typeof connect>;

function connect(address: string) {
  const tickets = createRpcClient(TicketService, { address });
  const reservations = createRpcClient(ReservationService, { address });
  return { tickets, reservations, close: () => [tickets, reservations].forEach((each) => each.close()) };
}

beforeAll(async () => {
  around = await surround([ordersPeer], [TicketCreatedSchema, TicketUpdatedSchema, TicketCancelledSchema]);
  const settings = { ORDERS_ADDRESS: around.peerAddress, LOCK_UNSETTLED_AFTER: "100ms", LOCK_RECONCILE_EVERY: "100ms" };
  service = await startTickets({ ...around.env, ...settings }, { bus: around.bus, log: around.log });
  clients = connect(`127.0.0.1:${service.grpcPort}`);
});

afterAll(async () => {
  clients.close();
  await service.stop();
  await around.stop();
});

const tickets = () => clients.tickets.client;
const list = async (title = "Giselle", amountMinor = 5000): Promise<Ticket> =>
  given((await tickets().createTicket({ title, price: { amountMinor } }, around.user(seller))).ticket);
const now = async (ticketId: string): Promise<Ticket> => given((await tickets().getTicket({ ticketId })).ticket);
const reserve = (ticketId: string, orderId: string, status: OrderStatus = OrderStatus.CREATED, by = buyer) => {
  orders.set(orderId, status);
  const expiresAt = timestampFromDate(new Date(Date.now() + 60_000));
  return clients.reservations.client.reserveTicket(
    { ticketId, orderId, buyerId: by, expiresAt },
    around.service("orders"),
  );
};
const orderOf = (ticketId: string, orderId: string): Order =>
  create(OrderSchema, { id: orderId, ticketId, version: 2 });
const refused = async (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => reasonOf(error) ?? error,
  );

describe("tickets", () => {
  test("lists a ticket in the marketplace's currency, and tells so", async () => {
    const ticket = await list("  Giselle ");
    expect(ticket).toMatchObject({
      sellerId: seller,
      title: "Giselle",
      price: { amountMinor: 5000, currencyCode: "USD" },
      status: TicketStatus.AVAILABLE,
      version: 1,
    });
    expect(ticket.reservedUntil).toBeUndefined();
    const told = () => around.published(TicketCreatedSchema).find((event) => event.ticket?.id === ticket.id);
    expect(await until(told)).toMatchObject({ ticket });
  });

  test.each([
    ["no title", { title: "", price: { amountMinor: 1 } }, "title"],
    ["a title of blanks", { title: "   ", price: { amountMinor: 1 } }, "title"],
    ["a title of 201 characters", { title: "x".repeat(201), price: { amountMinor: 1 } }, "title"],
    ["a title with a line break", { title: "a\nb", price: { amountMinor: 1 } }, "title"],
    ["no price", { title: "Giselle" }, "price"],
    ["a price of nothing", { title: "Giselle", price: { amountMinor: 0 } }, "price.amount_minor"],
    ["a price beyond a million", { title: "Giselle", price: { amountMinor: 100_000_001 } }, "price.amount_minor"],
    ["another currency", { title: "Giselle", price: { amountMinor: 1, currencyCode: "EUR" } }, "price.currency_code"],
  ])("refuses %s, naming the field", async (_, request, field) => {
    const error: unknown = await tickets()
      .createTicket(request, around.user(seller))
      .catch((caught: unknown) => caught);
    expect(reasonOf(error)).toBe("VALIDATION_FAILED");
    expect(fieldProblemsOf(error).map((problem) => problem.field)).toContain(field);
  });

  test("takes a title of 200 characters, and any script", async () => {
    expect((await list("🎟".repeat(200))).title).toHaveLength(400);
    expect((await list("歌劇 «Жизель»")).title).toBe("歌劇 «Жизель»");
  });

  test("changes a ticket at the version that was read, and only there", async () => {
    const ticket = await list();
    const change = { ticketId: ticket.id, expectedVersion: 1, price: { amountMinor: 4000 } };
    expect(await tickets().updateTicket(change, around.user(seller))).toMatchObject({
      ticket: { price: { amountMinor: 4000 }, version: 2 },
    });
    const error: unknown = await tickets()
      .updateTicket(change, around.user(seller))
      .catch((caught: unknown) => caught);
    expect(reasonOf(error)).toBe("VERSION_MISMATCH");
    expect(metadataOf(error)).toMatchObject({ current_version: "2" });
    expect(await refused(tickets().updateTicket(change, around.user(another)))).toBe("TICKET_NOT_YOURS");
  });

  test("withdraws a listing once, for good", async () => {
    const ticket = await list();
    const withdraw = () => tickets().withdrawTicket({ ticketId: ticket.id }, around.user(seller));
    const [first, second] = [await withdraw(), await withdraw()];
    expect(second).toEqual(first);
    expect(await refused(reserve(ticket.id, uuidv7()))).toBe("TICKET_WITHDRAWN");
    await until(() => around.published(TicketCancelledSchema).length === 1);
  });

  test("never says who holds a ticket, and tells those who listen for events", async () => {
    const ticket = await list();
    const order = uuidv7();
    await reserve(ticket.id, order);
    expect(toJsonString(TicketSchema, await now(ticket.id))).not.toContain(order);
    expect(await now(ticket.id)).toMatchObject({ status: TicketStatus.RESERVED });
    await until(() => around.published(TicketUpdatedSchema).some((event) => event.orderId === order));
  });

  test("is released by the events that end its order, and sold by the one that completes it", async () => {
    for (const schema of [OrderCancelledSchema, OrderExpiredSchema]) {
      const ticket = await list();
      const order = uuidv7();
      await reserve(ticket.id, order);
      await around.publish(schema, { id: order, version: 2 }, create(schema, { order: orderOf(ticket.id, order) }));
      await until(async () => (await now(ticket.id)).status === TicketStatus.AVAILABLE);
    }
    const ticket = await list();
    const order = uuidv7();
    await reserve(ticket.id, order);
    const completed = create(OrderCompletedSchema, { order: orderOf(ticket.id, order) });
    await around.publish(OrderCompletedSchema, { id: order, version: 2 }, completed);
    await until(async () => (await now(ticket.id)).status === TicketStatus.SOLD);
  });

  test.each<[string, OrderStatus | undefined, TicketStatus]>([
    ["releases a lock whose order was never saved", undefined, TicketStatus.AVAILABLE],
    ["releases a lock whose order has ended", OrderStatus.CANCELLED, TicketStatus.AVAILABLE],
    ["sells a ticket whose order has completed", OrderStatus.COMPLETED, TicketStatus.SOLD],
  ])("by itself %s", async (_, status, expected) => {
    const ticket = await list();
    const order = uuidv7();
    await reserve(ticket.id, order, status);
    if (status === undefined) orders.delete(order);
    await until(async () => (await now(ticket.id)).status === expected);
  });

  test("lets only the orders service lock tickets", async () => {
    const ticket = await list();
    const lock = { ticketId: ticket.id, orderId: uuidv7(), buyerId: buyer, expiresAt: timestampFromDate(new Date()) };
    const reservations = clients.reservations.client;
    expect(await refused(reservations.reserveTicket(lock, around.service("payments")))).toBe("CALLER_NOT_ALLOWED");
    expect(await refused(reservations.reserveTicket(lock, around.user(seller)))).toBe("CALLER_NOT_ALLOWED");
    expect(await refused(reservations.reserveTicket(lock))).toBe("CALLER_NOT_ALLOWED");
  });

  test("pages through one's own listings, and refuses a token of another list", async () => {
    for (const title of ["A", "B", "C"])
      await tickets().createTicket({ title, price: { amountMinor: 1 } }, around.user(another));
    const mine = { mine: true, pageSize: 2 };
    const first = await tickets().listTickets(mine, around.user(another));
    const second = await tickets().listTickets({ ...mine, pageToken: first.nextPageToken }, around.user(another));
    expect([...first.tickets, ...second.tickets].map((ticket) => ticket.title)).toEqual(["C", "B", "A"]);
    expect(second.nextPageToken).toBe("");
    for (const other of [{ mine: true, sort: TicketSort.PRICE_LOWEST }, { mine: false }]) {
      const call = tickets().listTickets({ ...other, pageToken: first.nextPageToken }, around.user(another));
      expect(await refused(call)).toBe("PAGE_TOKEN_INVALID");
    }
    expect(await refused(tickets().listTickets({ pageToken: "%%%" }))).toBe("PAGE_TOKEN_INVALID");
    expect(await refused(tickets().listTickets({ mine: true }))).toBe("TOKEN_MISSING");
  });

  test("streams changes to those who watch, beginning with a heartbeat", async () => {
    const ticket = await list();
    const stop = new AbortController();
    const seen: (TicketStatus | "heartbeat")[] = [];
    for await (const { event } of tickets().watchTickets({ ticketIds: [ticket.id] }, { signal: stop.signal })) {
      if (event.case === "heartbeat") {
        seen.push("heartbeat");
        await list("Another ticket");
        await reserve(ticket.id, uuidv7(), OrderStatus.CREATED);
      } else if (event.case === "ticket") {
        seen.push(event.value.status);
        break;
      }
    }
    stop.abort();
    expect(seen).toEqual(["heartbeat", TicketStatus.RESERVED]);
  });
});

function given(ticket: Ticket | undefined): Ticket {
  if (!ticket) throw new Error("the answer carries no ticket");
  return ticket;
}
