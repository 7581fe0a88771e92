import { failure } from "@gittix/common/errors";
import type { FailureReason as FailureReasonMessage } from "@gittix/proto/payments/v1/charge";

/** Charge is the one payment of an order. */
export interface Charge {
  readonly id: string;
  readonly orderId: string;
  readonly buyerId: string;
  /** The order's price, as orders told it. */
  readonly amountMinor: number;
  readonly currency: string;
  readonly status: "CREATED" | "FAILED" | "COMPLETED";
  readonly failureReason: FailureReason | null;
  /** What the buyer wants to pay with. Null: the buyer confirms in the browser, or has to name another one. */
  readonly paymentMethodId: string | null;
  /** The PaymentIntent. It is saved before it is confirmed, so that no other one of this charge ever is. */
  readonly stripeId: string | null;
  /** Lets a browser confirm the PaymentIntent; forgotten once there is an outcome. */
  readonly clientSecret: string | null;
  readonly stripeRefundId: string | null;
  /** Why no money may stay. An open payment is then cancelled, and a captured one refunded. */
  readonly undoReason: "ORDER_ENDED" | "OPERATOR" | null;
  /** Part of every idempotency key. Raised when Stripe has kept a fault of its own under one, to be repeated for ever. */
  readonly keyRound: number;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** FailureReason is why a charge failed, in the contract's words. */
export type FailureReason = Exclude<keyof typeof FailureReasonMessage, "UNSPECIFIED">;

/** begin starts the charge of an order. */
export function begin(
  facts: Pick<Charge, "id" | "orderId" | "buyerId" | "amountMinor" | "currency" | "paymentMethodId">,
  at: Date,
): Charge {
  return {
    ...facts,
    status: "CREATED",
    failureReason: null,
    stripeId: null,
    clientSecret: null,
    stripeRefundId: null,
    undoReason: null,
    keyRound: 0,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** offerMethod names what to pay with, where nothing is named yet: a method under way is not replaced by another. */
export function offerMethod(charge: Charge, paymentMethodId: string, at: Date): Charge {
  const wanted = charge.status === "CREATED" && charge.paymentMethodId === null && charge.undoReason === null;
  return wanted ? next(charge, { paymentMethodId }, at) : charge;
}

/** refuseMethod forgets a method that Stripe does not know, so that the buyer can name another. */
export function refuseMethod(charge: Charge, paymentMethodId: string, at: Date): Charge {
  const mine = charge.status === "CREATED" && charge.paymentMethodId === paymentMethodId;
  return mine ? next(charge, { paymentMethodId: null }, at) : charge;
}

/** attach ties a charge to its PaymentIntent, once and for all. */
export function attach(charge: Charge, intent: { id: string; clientSecret: string | null }, at: Date): Charge {
  if (charge.status !== "CREATED" || charge.stripeId !== null) return charge;
  return next(charge, { stripeId: intent.id, clientSecret: intent.clientSecret }, at);
}

/** complete says that the money was taken. Only an open charge completes: nothing overwrites an outcome. */
export function complete(charge: Charge, at: Date): Charge {
  if (charge.status !== "CREATED") return charge;
  return next(charge, { status: "COMPLETED", clientSecret: null }, at);
}

/** fail says that no money was taken and none will be. A failure that arrives after a success changes nothing. */
export function fail(charge: Charge, failureReason: FailureReason, at: Date): Charge {
  if (charge.status !== "CREATED") return charge;
  return next(charge, { status: "FAILED", failureReason, clientSecret: null }, at);
}

/** endOrder says that the order has ended, so that no money may stay. */
export function endOrder(charge: Charge, at: Date): Charge {
  if (charge.status === "FAILED" || charge.undoReason !== null) return charge;
  return next(charge, { undoReason: "ORDER_ENDED" }, at);
}

/** demandRefund says that an operator wants the money given back. */
export function demandRefund(charge: Charge, at: Date): Charge {
  if (charge.status !== "COMPLETED") {
    throw failure("CHARGE_NOT_REFUNDABLE", "This charge is not completed: there is nothing to refund.");
  }
  return charge.undoReason === null ? next(charge, { undoReason: "OPERATOR" }, at) : charge;
}

/** refund says that the money was given back. */
export function refund(charge: Charge, stripeRefundId: string, at: Date): Charge {
  return owesRefund(charge) ? next(charge, { stripeRefundId }, at) : charge;
}

/** spendKeys turns to fresh idempotency keys. */
export function spendKeys(charge: Charge, round: number, at: Date): Charge {
  return charge.keyRound === round ? next(charge, { keyRound: round + 1 }, at) : charge;
}

/** owesRefund tells whether money is held that must not stay. */
export function owesRefund(charge: Charge): boolean {
  return charge.status === "COMPLETED" && charge.undoReason !== null && charge.stripeRefundId === null;
}

/** workLeft says when somebody has to look at the charge again, if nothing else happens to it. */
export function workLeft(charge: Charge): "now" | "later" | "none" {
  switch (charge.status) {
    case "FAILED":
      return "none";
    case "CREATED":
      return charge.undoReason === null ? "later" : "now";
    case "COMPLETED":
      // Without an undo: until it is known that the order has completed too.
      if (charge.undoReason === null) return "later";
      return charge.stripeRefundId === null ? "now" : "none";
    default:
      return charge.status satisfies never;
  }
}

/** notFound is the answer for an order that has no charge which the caller may see. */
export function notFound(): Error {
  return failure("CHARGE_NOT_FOUND", "There is no charge for this order.");
}

function next(charge: Charge, change: Partial<Charge>, at: Date): Charge {
  return { ...charge, ...change, version: charge.version + 1, updatedAt: at };
}
