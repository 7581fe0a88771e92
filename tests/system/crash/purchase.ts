import { setTimeout as pause } from "node:timers/promises";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { reasonOf } from "@gittix/common/errors";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { v7 as uuidv7 } from "uuid";
import type { People, Person } from "../../support/people.ts";
import { insist } from "../../support/insist.ts";

/** Plan is what a buyer does with an order. */
export type Plan = keyof typeof plans;

/** Purchase is what a buyer was told; undefined for one who did not get the ticket. */
export interface Purchase {
  readonly plan: Plan;
  readonly requestId: string;
  readonly told: Order | undefined;
}

/** How long a buyer waits for a ticket that somebody else holds. */
const patienceMs = 8000;

/** buy plays one purchase to its end, whatever happens to the mesh meanwhile. */
export async function buy(people: People, buyer: Person, ticketId: string, plan: Plan): Promise<Purchase> {
  const requestId = uuidv7();
  const order = await orderPatiently(buyer, ticketId, requestId);
  if (!order) return { plan, requestId, told: undefined };
  await plans[plan](people, buyer, order);
  return { plan, requestId, told: await ended(buyer, order.id) };
}

const plans = {
  pay: (_, buyer, order) => pay(buyer, order, "pm_card_visa"),
  "pay with another card": (_, buyer, order) => pay(buyer, order, "pm_card_mastercard"),
  "pay twice at once": (_, buyer, order) =>
    Promise.all([pay(buyer, order, "pm_card_visa"), pay(buyer, order, "pm_card_amex")]),
  "be declined": (_, buyer, order) => pay(buyer, order, "pm_card_visa_chargeDeclinedInsufficientFunds"),
  "walk away at 3-D Secure": (_, buyer, order) => pay(buyer, order, "pm_card_authenticationRequired"),
  cancel: (people, buyer, order) => cancel(people, buyer, order),
  "pay and cancel at once": (people, buyer, order) =>
    Promise.all([pay(buyer, order, "pm_card_visa"), cancel(people, buyer, order)]),
  "pay at the last moment": async (_, buyer, order) => {
    await pause(Math.max(0, (order.expiresAt ? timestampMs(order.expiresAt) : 0) - Date.now() - 30));
    await pay(buyer, order, "pm_card_visa");
  },
  "let it expire": () => Promise.resolve(),
} satisfies Record<string, (people: People, buyer: Person, order: Order) => Promise<unknown>>;

/** planNames are all of them. */
export const planNames = Object.keys(plans) as [Plan, ...Plan[]];

async function orderPatiently(buyer: Person, ticketId: string, requestId: string): Promise<Order | undefined> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const order = await refusable(() => buyer.order(ticketId, requestId), "TICKET_RESERVED", "TICKET_SOLD");
    if (typeof order === "object") return order;
    if (order === "TICKET_SOLD" || performance.now() > end) return undefined;
    await pause(150);
  }
}

function pay(buyer: Person, order: Order, method: string): Promise<unknown> {
  return refusable(() => buyer.pay(order.id, method), "ORDER_EXPIRED", "ORDER_CANCELLED", "ORDER_COMPLETED");
}

function cancel({ services }: People, buyer: Person, order: Order): Promise<unknown> {
  return refusable(() => services.orders.cancelOrder({ orderId: order.id }, buyer.as), "ORDER_COMPLETED");
}

async function ended(buyer: Person, orderId: string): Promise<Order> {
  for (;;) {
    const order = await insist(() => buyer.orderNow(orderId));
    if (order.status === OrderStatus.COMPLETED || order.status === OrderStatus.CANCELLED) return order;
    await pause(100);
  }
}

/** Makes a call until it is answered; the refusals named are answers too. */
async function refusable<T, R extends string>(call: () => Promise<T>, ...refusals: readonly R[]): Promise<T | R> {
  try {
    return await insist(call);
  } catch (error) {
    const refusal = refusals.find((reason) => reason === reasonOf(error));
    if (refusal === undefined) throw error;
    return refusal;
  }
}
