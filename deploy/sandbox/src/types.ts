import type { Stripe } from "stripe";

// The shapes are the SDK's own, so the compiler proves that what the sandbox answers is what the
// SDK promises its callers. Only types are imported: at run time the sandbox needs no package.
export type PaymentIntent = Stripe.PaymentIntent;
export type Charge = Stripe.Charge;
export type Refund = Stripe.Refund;
export type PaymentMethod = Stripe.PaymentMethod;
export type LastPaymentError = Stripe.PaymentIntent.LastPaymentError;

/** StripeEvent is the envelope of a webhook; the SDK's own type is a union of 250 of these. */
export type StripeEvent = {
  id: string;
  object: "event";
  api_version: string;
  created: number;
  data: { object: PaymentIntent | Charge | Refund };
  livemode: false;
  pending_webhooks: number;
  request: { id: string | null; idempotency_key: string | null };
  type: EventType;
};

export type EventType =
  | "payment_intent.created"
  | "payment_intent.requires_action"
  | "payment_intent.processing"
  | "payment_intent.succeeded"
  | "payment_intent.payment_failed"
  | "payment_intent.canceled"
  | "charge.pending"
  | "charge.succeeded"
  | "charge.failed"
  | "charge.refunded"
  | "charge.refund.updated"
  | "refund.created"
  | "refund.updated"
  | "refund.failed";

/** Objects maps Stripe's `object` names to the shapes kept under them. */
export type Objects = {
  payment_intent: PaymentIntent;
  charge: Charge;
  refund: Refund;
  payment_method: PaymentMethod;
  event: StripeEvent;
};

/** Reply is what one call of the API answers; a decline is a reply too, since its work is kept. */
export type Reply = { status: number; body: object };

export type Log = (message: string, fields?: Record<string, string | number>) => void;
