import { afterEach, describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { draftEvent, sealEvent } from "@gittix/common/events";
import { CreateChargeRequestSchema } from "@gittix/proto/payments/v1/payment_service";
import { CancelReason, OrderStatus } from "@gittix/proto/orders/v1/order";
import { ChargeSchema, ChargeStatus, FailureReason } from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema } from "@gittix/proto/payments/v1/events";
import { TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import type { OrderStore } from "@gittix/orders/store/order-store";
import { promisesBrokenIn } from "../support/promises.ts";
import { capturesOf, moneyByOrder } from "../support/provider-books.ts";
import { reasonFor } from "../support/reasons.ts";
import { until } from "../support/until.ts";
import { startWorld, type Person, type World, type WorldOptions } from "../support/world.ts";

let world: World;
const inWorld = async (options: WorldOptions = {}) => (world = await startWorld(options));
afterEach(() => world.stop());

async function openOrder(amountMinor = 5000) {
  const [seller, buyer] = await Promise.all([world.person(), world.person()]);
  const ticket = await seller.list("Giselle", amountMinor);
  return { seller, buyer, ticket, order: await buyer.order(ticket.id) };
}

const held = (orderId: string) => moneyByOrder(world.mesh.sandbox).get(orderId) ?? 0;
const ended = (buyer: Person, orderId: string) =>
  until(
    () => buyer.orderNow(orderId),
    ({ status }) => status === OrderStatus.CANCELLED || status === OrderStatus.COMPLETED,
  );
const chargeOf = (buyer: Person, orderId: string) => world.services.payments.getCharge({ orderId }, buyer.as);
const allKept = () =>
  until(
    () => promisesBrokenIn({ ...world, moneyByOrder: () => moneyByOrder(world.mesh.sandbox) }),
    (broken) => broken.length === 0,
  );

/** Stripe takes the money, and its answer comes only after the hold window has passed. */
async function payTooLate() {
  const { buyer, ticket, order } = await openOrder();
  world.mesh.sandbox.faults.add({ kind: "latency", on: "/confirm", ms: 1500, count: 1 });
  const paying = buyer.pay(order.id).catch(() => undefined);
  const after = await ended(buyer, order.id);
  await paying;
  return { buyer, ticket, order, after };
}

describe("LESSONS 4 and 19, a charge that meets the end of its order", () => {
  test("is refunded by itself, and the ticket goes to the next buyer", async () => {
    await inWorld({ hold: "1s" });
    const { buyer, ticket, order, after } = await payTooLate();
    expect(after).toMatchObject({ status: OrderStatus.CANCELLED, cancelReason: CancelReason.EXPIRED });
    const { charge } = await until(
      () => chargeOf(buyer, order.id),
      (answer) => answer.charge?.stripeRefundId !== "" || answer.charge.status === ChargeStatus.FAILED,
    );
    expect([ChargeStatus.COMPLETED, ChargeStatus.FAILED]).toContain(charge?.status);
    expect(held(order.id)).toBe(0);
    const next = await world.person();
    await until(() => next.order(ticket.id).catch(() => undefined));
  });

  test("control: with the guard off, the order completes on money that has been given back", async () => {
    let orders: OrderStore | undefined;
    await inWorld({
      hold: "1s",
      parts: {
        orders: {
          store: (store) => (orders = store),
          usecases: (usecases) => ({
            ...usecases,
            // Completed, whatever the order is by then.
            completeOrder: (orderId) =>
              given(orders).update(orderId, (before) => ({
                order: { ...before, status: "COMPLETED", cancelReason: null, version: before.version + 1 },
                events: [],
              })),
            // And the refund is nobody's business.
            undoOrder: (orderId) => given(orders).update(orderId, (before) => ({ order: before, events: [] })),
          }),
        },
      },
    });
    const { buyer, order } = await payTooLate();
    await until(
      async () => (await buyer.orderNow(order.id)).status,
      (status) => status === OrderStatus.COMPLETED,
    );
    await until(() => held(order.id) === 0);
    expect(await buyer.orderNow(order.id)).toMatchObject({ status: OrderStatus.COMPLETED });
  });
});

describe("LESSON 5, an order charged twice", () => {
  test("is charged once, however often and however many at once ask", async () => {
    await inWorld();
    const { buyer, order } = await openOrder();
    const charges = await Promise.all(Array.from({ length: 10 }, () => buyer.pay(order.id)));
    expect(new Set(charges.map((charge) => charge.id)).size).toBe(1);
    expect(await buyer.pay(order.id, "pm_card_mastercard")).toMatchObject({ id: charges[0]?.id });
    expect(capturesOf(world.mesh.sandbox, order.id)).toBe(1);
    expect(held(order.id)).toBe(5000);
  });

  test("is charged once when Stripe's answer is lost", async () => {
    await inWorld({ settings: { STRIPE_TIMEOUT: "500ms", STRIPE_RETRIES_MAX: "0" } });
    const { buyer, order } = await openOrder();
    world.mesh.sandbox.faults.add({ kind: "hang_after", on: "/confirm", ms: 3000, count: 1 });
    await buyer.pay(order.id).catch(() => undefined);
    expect(await ended(buyer, order.id)).toMatchObject({ status: OrderStatus.COMPLETED });
    expect(capturesOf(world.mesh.sandbox, order.id)).toBe(1);
  });

  test("control: with the guards off, two calls take the money twice", async () => {
    const bothHaveLooked = Promise.withResolvers<void>();
    let looks = 0;
    await inWorld({
      parts: {
        payments: {
          store: (store) => ({
            ...store,
            // Looks for a charge, and then makes one: nothing in between keeps a second out.
            async getByOrder() {
              if (++looks === 2) bothHaveLooked.resolve();
              if (looks <= 2) await bothHaveLooked.promise;
              return null;
            },
          }),
        },
      },
    });
    await world.dropIndex("payments", "charges", "charges_by_order");
    const { buyer, order } = await openOrder();
    await Promise.all([buyer.pay(order.id), buyer.pay(order.id)]);
    expect(capturesOf(world.mesh.sandbox, order.id)).toBe(2);
    expect(held(order.id)).toBe(10_000);
  });
});

describe("LESSON 6, an order cancelled around its payment", () => {
  test("cannot be cancelled by its buyer once it is paid", async () => {
    await inWorld();
    const { buyer, ticket, order } = await openOrder();
    await buyer.pay(order.id);
    await ended(buyer, order.id);
    expect(await reasonFor(world.services.orders.cancelOrder({ orderId: order.id }, buyer.as))).toBe("ORDER_COMPLETED");
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.SOLD,
    );
    expect(held(order.id)).toBe(5000);
    await allKept();
  });

  test("gives the money back when it is cancelled while it is being paid", async () => {
    await inWorld();
    const { buyer, order } = await openOrder();
    world.mesh.sandbox.faults.add({ kind: "latency", on: "/confirm", ms: 300, count: 1 });
    const paying = buyer.pay(order.id).catch(() => undefined);
    await until(
      async () => (await buyer.orderNow(order.id)).status,
      (status) => status === OrderStatus.AWAITING_PAYMENT,
    );
    await world.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
    await paying;
    await until(
      async () => held(order.id) === 0 && (await chargeOf(buyer, order.id)).charge?.status !== ChargeStatus.CREATED,
    );
    expect(await buyer.orderNow(order.id)).toMatchObject({
      status: OrderStatus.CANCELLED,
      cancelReason: CancelReason.BUYER,
    });
    await allKept();
  });

  test("gives the money back on an operator's word, once, and the ticket is for sale again", async () => {
    await inWorld();
    const { buyer, ticket, order } = await openOrder();
    await buyer.pay(order.id);
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.SOLD,
    );
    const operator = await world.operator();
    const refund = () => world.services.refunds.refundCharge({ orderId: order.id }, operator.as);
    const [first, second] = [await refund(), await refund()];
    expect(second.charge?.stripeRefundId).toBe(first.charge?.stripeRefundId);
    expect(
      await until(
        () => buyer.orderNow(order.id),
        ({ status }) => status === OrderStatus.CANCELLED,
      ),
    ).toMatchObject({
      cancelReason: CancelReason.OPERATOR,
    });
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.AVAILABLE,
    );
    await allKept();
  });
});

describe("LESSON 12, an order whose payment has begun", () => {
  test("awaits payment while the buyer proves that the card is theirs", async () => {
    await inWorld();
    const { buyer, order } = await openOrder();
    const { charge, clientSecret } = await world.services.payments.createCharge(
      { orderId: order.id, paymentMethodId: "pm_card_authenticationRequired" },
      buyer.as,
    );
    expect(charge?.status).toBe(ChargeStatus.CREATED);
    expect(clientSecret).not.toBe("");
    expect(await buyer.orderNow(order.id)).toMatchObject({ status: OrderStatus.AWAITING_PAYMENT });
  });
});

describe("LESSON 14, what is paid", () => {
  test("is the price that the order was made at: a client cannot say another", async () => {
    await inWorld();
    expect(CreateChargeRequestSchema.fields.map((field) => field.name)).toEqual(["order_id", "payment_method_id"]);
    const { buyer, order } = await openOrder(4321);
    expect(await buyer.pay(order.id)).toMatchObject({ amount: { amountMinor: 4321, currencyCode: "USD" } });
    expect(held(order.id)).toBe(4321);
  });

  test("is told only once the money was taken", async () => {
    await inWorld();
    const { buyer, order } = await openOrder();
    await world.services.payments.createCharge({ orderId: order.id, paymentMethodId: "" }, buyer.as);
    expect(await buyer.orderNow(order.id)).toMatchObject({ status: OrderStatus.AWAITING_PAYMENT });
    expect(await world.rows("payments", "SELECT COUNT(*) AS count FROM outbox")).toEqual([{ count: 0 }]);
    expect(held(order.id)).toBe(0);
  });
});

describe("a declined card", () => {
  test("cancels the order at once, says why, and frees the ticket", async () => {
    await inWorld();
    const { buyer, ticket, order } = await openOrder();
    expect(await buyer.pay(order.id, "pm_card_visa_chargeDeclinedInsufficientFunds")).toMatchObject({
      status: ChargeStatus.FAILED,
      failureReason: FailureReason.INSUFFICIENT_FUNDS,
    });
    expect(await ended(buyer, order.id)).toMatchObject({
      status: OrderStatus.CANCELLED,
      cancelReason: CancelReason.PAYMENT_FAILED,
    });
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.AVAILABLE,
    );
    await allKept();
  });
});

describe("LESSON 22, a failure told after a success", () => {
  test("changes nothing", async () => {
    await inWorld();
    const { buyer, ticket, order } = await openOrder();
    const charge = await buyer.pay(order.id);
    await until(
      async () => (await buyer.ticketNow(ticket.id)).status,
      (status) => status === TicketStatus.SOLD,
    );
    const late = create(ChargeSchema, {
      ...charge,
      status: ChargeStatus.FAILED,
      failureReason: FailureReason.CARD_DECLINED,
    });
    const event = sealEvent(
      draftEvent(ChargeCreatedSchema, late, create(ChargeCreatedSchema, { charge: late })),
      new Date(),
    );
    await world.mesh.bus.publish([event]);
    await until(
      () => world.rows("orders", `SELECT event_id FROM inbox WHERE event_id = '${event.id}'`),
      (rows) => rows.length === 1,
    );
    expect(await buyer.orderNow(order.id)).toMatchObject({ status: OrderStatus.COMPLETED });
    await allKept();
  });
});

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not there yet");
  return value;
}
