import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { failure, metadataOf, reasonOf } from "@gittix/common/errors";
import { createRpcClient } from "@gittix/common/rpc/client";
import { internalService } from "@gittix/common/rpc/mount";
import type { RunningService } from "@gittix/common/service";
import { surround, type Surroundings } from "@gittix/common/testing/surroundings";
import { until } from "@gittix/common/testing/until";
import {
  OrderCancelledSchema,
  OrderCompletedSchema,
  OrderCreatedSchema,
  OrderExpiredSchema,
} from "@gittix/proto/orders/v1/events";
import { CancelReason, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { ChargeSchema, ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema, ChargeRefundedSchema } from "@gittix/proto/payments/v1/events";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { v7 as uuidv7 } from "uuid";
import { startOrders } from "./main.ts";

const [buyer, another, seller] = [uuidv7(), uuidv7(), uuidv7()];
/** The locks that the tickets service would hold, by ticket. */
const locks = new Map<string, string>();
/** What the tickets service does next instead of answering. */
let trouble: "none" | "unavailable after the lock" = "none";

const ticketsPeer = internalService(ReservationService, {
  reserveTicket({ ticketId, orderId }) {
    const holder = locks.get(ticketId);
    if (holder !== undefined && holder !== orderId) throw failure("TICKET_RESERVED", "Reserved.");
    locks.set(ticketId, orderId);
    if (trouble !== "none") throw failure("DEPENDENCY_UNAVAILABLE", "The answer is lost.");
    return {
      ticket: { id: ticketId, sellerId: seller, title: "Giselle", price: { amountMinor: 5000, currencyCode: "USD" } },
    };
  },
  releaseTicket({ ticketId, orderId }) {
    const released = locks.get(ticketId) === orderId;
    if (released) locks.delete(ticketId);
    return { released };
  },
});

let around: Surroundings;
let service: RunningService;
let clients: ReturnType<typeof connect>;

function connect(address: string) {
  const orders = createRpcClient(OrderService, { address, deadlineMs: 10_000 });
  const lifecycle = createRpcClient(OrderLifecycleService, { address });
  return { orders, lifecycle, close: () => [orders, lifecycle].forEach((each) => each.close()) };
}

beforeAll(async () => {
  around = await surround(
    [ticketsPeer],
    [OrderCreatedSchema, OrderCancelledSchema, OrderExpiredSchema, OrderCompletedSchema],
  );
  const settings = { TICKETS_ADDRESS: around.peerAddress, HOLD_WINDOW: "1s", SWEEP_EVERY: "1h" };
  service = await startOrders({ ...around.env, ...settings }, { bus: around.bus, log: around.log });
  clients = connect(`127.0.0.1:${service.grpcPort}`);
});
beforeEach(() => {
  trouble = "none";
});
afterAll(async () => {
  clients.close();
  await service.stop();
  await around.stop();
});

const orders = () => clients.orders.client;
const lifecycle = () => clients.lifecycle.client;
const order = async (ticketId: string, requestId = uuidv7(), by = buyer): Promise<Order> =>
  given((await orders().createOrder({ ticketId, requestId }, around.user(by))).order);
const now = async (orderId: string): Promise<Order> =>
  given((await orders().getOrder({ orderId }, around.user(buyer))).order);
const refused = async (call: Promise<unknown>) =>
  call.then(
    () => "answered",
    (error: unknown) => reasonOf(error) ?? error,
  );
/** BeginPayment as payments calls it: with its own token, and the buyer's beside it. */
const asPaymentsFor = (userId: string) => ({
  headers: { ...around.service("payments").headers, ...around.user(userId).headers },
});
const charged = (of: Order, status: ChargeStatus) =>
  around.publish(
    ChargeCreatedSchema,
    { id: uuidv7(), version: 2 },
    create(ChargeCreatedSchema, {
      charge: create(ChargeSchema, { orderId: of.id, status }),
    }),
  );
/** Asks the order to expire until it has: no timer is about. */
const expired = (orderId: string) =>
  until(() =>
    lifecycle()
      .expireOrder({ orderId }, around.service("expiration"))
      .catch(() => undefined),
  );

describe("orders", () => {
  test("makes an order with a snapshot of the ticket and a deadline, and tells so", async () => {
    const made = await order(uuidv7());
    expect(made).toMatchObject({
      buyerId: buyer,
      sellerId: seller,
      ticketTitle: "Giselle",
      price: { amountMinor: 5000, currencyCode: "USD" },
      status: OrderStatus.CREATED,
      version: 1,
    });
    const windowMs = timestampDate(given(made.expiresAt)).getTime() - timestampDate(given(made.createdAt)).getTime();
    expect(Math.abs(windowMs - 1000)).toBeLessThan(250);
    const told = () => around.published(OrderCreatedSchema).find((event) => event.order?.id === made.id);
    expect(await until(told)).toMatchObject({ order: made });
  });

  test("gives a repeated request the first order: again, at the same time, and after its end", async () => {
    const [ticketId, requestId] = [uuidv7(), uuidv7()];
    const made = await Promise.all(Array.from({ length: 5 }, () => order(ticketId, requestId)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    await orders().cancelOrder({ orderId: given(made[0]).id }, around.user(buyer));
    expect(await order(ticketId, requestId)).toMatchObject({ id: made[0]?.id, status: OrderStatus.CANCELLED });
  });

  test("keeps two buyers' equal request ids apart", async () => {
    const requestId = uuidv7();
    const [mine, theirs] = [await order(uuidv7(), requestId), await order(uuidv7(), requestId, another)];
    expect(mine.id).not.toBe(theirs.id);
  });

  test("gives the lock back when the answer to it is lost", async () => {
    const ticketId = uuidv7();
    trouble = "unavailable after the lock";
    expect(await refused(order(ticketId))).toBe("DEPENDENCY_UNAVAILABLE");
    expect(locks.has(ticketId)).toBe(false);
  });

  test("shows an order to its buyer alone", async () => {
    const { id: orderId } = await order(uuidv7());
    for (const call of [
      orders().getOrder({ orderId }, around.user(another)),
      orders().cancelOrder({ orderId }, around.user(another)),
      lifecycle().beginPayment({ orderId }, asPaymentsFor(another)),
      orders().getOrder({ orderId: uuidv7() }, around.user(buyer)),
    ]) {
      expect(await refused(call)).toBe("ORDER_NOT_FOUND");
    }
    expect((await orders().listOrders({}, around.user(another))).orders.map(({ id }) => id)).not.toContain(orderId);
  });

  test("begins payment for the buyer, on the word of payments alone", async () => {
    const { id: orderId } = await order(uuidv7());
    expect(await refused(lifecycle().beginPayment({ orderId }, around.user(buyer)))).toBe("CALLER_NOT_ALLOWED");
    expect(await refused(lifecycle().beginPayment({ orderId }, around.service("payments")))).toBe("TOKEN_MISSING");
    const begin = () => lifecycle().beginPayment({ orderId }, asPaymentsFor(buyer));
    expect(await begin()).toMatchObject({ order: { status: OrderStatus.AWAITING_PAYMENT, version: 2 } });
    expect(await begin()).toMatchObject({ order: { version: 2 } });
  });

  test("completes on a charge, and cancels on a failed one", async () => {
    const [paid, declined] = [await order(uuidv7()), await order(uuidv7())];
    await charged(paid, ChargeStatus.COMPLETED);
    await charged(declined, ChargeStatus.FAILED);
    await until(async () => (await now(paid.id)).status === OrderStatus.COMPLETED);
    await until(async () => (await now(declined.id)).cancelReason === CancelReason.PAYMENT_FAILED);
    await until(() => around.published(OrderCompletedSchema).some((event) => event.order?.id === paid.id));
    expect(await refused(orders().cancelOrder({ orderId: paid.id }, around.user(buyer)))).toBe("ORDER_COMPLETED");
  });

  test("is cancelled by a refund, whether that comes after the charge or overtakes it", async () => {
    const [after, overtaken] = [await order(uuidv7()), await order(uuidv7())];
    const refund = (of: Order) =>
      around.publish(
        ChargeRefundedSchema,
        { id: uuidv7(), version: 3 },
        create(ChargeRefundedSchema, { charge: { orderId: of.id } }),
      );
    await charged(after, ChargeStatus.COMPLETED);
    await until(async () => (await now(after.id)).status === OrderStatus.COMPLETED);
    await refund(after);
    await refund(overtaken);
    for (const { id } of [after, overtaken])
      await until(async () => (await now(id)).cancelReason === CancelReason.OPERATOR);
    await charged(overtaken, ChargeStatus.COMPLETED);
    await until(async () => (await around.bus.depth("orders.events")) === 0);
    expect(await now(overtaken.id)).toMatchObject({ status: OrderStatus.CANCELLED });
  });

  test("expires at its own deadline and not before, and a late charge does not revive it", async () => {
    const made = await order(uuidv7());
    const early: unknown = await lifecycle()
      .expireOrder({ orderId: made.id }, around.service("expiration"))
      .catch((error: unknown) => error);
    expect(reasonOf(early)).toBe("ORDER_NOT_DUE");
    expect(Number(metadataOf(early)["remaining_ms"])).toBeGreaterThan(0);
    expect(await expired(made.id)).toMatchObject({ expired: true, order: { cancelReason: CancelReason.EXPIRED } });
    expect(await refused(lifecycle().beginPayment({ orderId: made.id }, asPaymentsFor(buyer)))).toBe("ORDER_EXPIRED");
    await charged(made, ChargeStatus.COMPLETED);
    await until(async () => (await around.bus.depth("orders.events")) === 0);
    expect(await now(made.id)).toMatchObject({ status: OrderStatus.CANCELLED, version: 2 });
  });

  test("expires on the spot when its buyer comes to pay too late", async () => {
    const { id: orderId } = await order(uuidv7());
    const begin = () => refused(lifecycle().beginPayment({ orderId }, asPaymentsFor(buyer)));
    await until(async () => (await begin()) === "ORDER_EXPIRED");
    expect(await now(orderId)).toMatchObject({ status: OrderStatus.CANCELLED, cancelReason: CancelReason.EXPIRED });
    await until(() => around.published(OrderExpiredSchema).some((event) => event.order?.id === orderId));
  });

  test("lists a buyer's orders by status, page by page", async () => {
    const by = uuidv7();
    const made = [
      await order(uuidv7(), uuidv7(), by),
      await order(uuidv7(), uuidv7(), by),
      await order(uuidv7(), uuidv7(), by),
    ];
    await orders().cancelOrder({ orderId: given(made[1]).id }, around.user(by));
    const first = await orders().listOrders({ pageSize: 2 }, around.user(by));
    const second = await orders().listOrders({ pageSize: 2, pageToken: first.nextPageToken }, around.user(by));
    expect([...first.orders, ...second.orders].map(({ id }) => id)).toEqual(made.map(({ id }) => id).reverse());
    const cancelled = await orders().listOrders({ status: OrderStatus.CANCELLED }, around.user(by));
    expect(cancelled.orders.map(({ id }) => id)).toEqual([made[1]?.id]);
    const mixed = orders().listOrders({ status: OrderStatus.CREATED, pageToken: first.nextPageToken }, around.user(by));
    expect(await refused(mixed)).toBe("PAGE_TOKEN_INVALID");
  });

  test("gives services the orders that exist among those they ask for", async () => {
    const made = await order(uuidv7());
    const { orders: found } = await lifecycle().batchGetOrders(
      { orderIds: [made.id, uuidv7()] },
      around.service("tickets"),
    );
    expect(found.map(({ id }) => id)).toEqual([made.id]);
  });

  test("streams an order to its buyer: as it is, then as it changes", async () => {
    const { id: orderId } = await order(uuidv7());
    const stop = new AbortController();
    const seen: OrderStatus[] = [];
    for await (const { order: state } of orders().watchOrder(
      { orderId },
      { ...around.user(buyer), signal: stop.signal },
    )) {
      if (state) seen.push(state.status);
      if (seen.length === 1) await orders().cancelOrder({ orderId }, around.user(buyer));
      if (seen.length === 2) break;
    }
    stop.abort();
    expect(seen).toEqual([OrderStatus.CREATED, OrderStatus.CANCELLED]);
    const strangers = orders().watchOrder({ orderId }, around.user(another))[Symbol.asyncIterator]();
    expect(await refused(strangers.next())).toBe("ORDER_NOT_FOUND");
  });
});

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the answer is empty");
  return value;
}
