import { newCharge, outcome } from "./charge-shapes.ts";
import { docUrl } from "./errors.ts";
import type { ErrorBody } from "./errors.ts";
import { newId } from "./ids.ts";
import type { Decline, TestMethod } from "./test-cards.ts";
import type { Charge, PaymentIntent, PaymentMethod, Reply } from "./types.ts";
import type { Work } from "./work.ts";

/** begin leaves the payment `processing`: a bank answers in its own time. */
export function begin(work: Work, intent: PaymentIntent, method: PaymentMethod, behaviour: TestMethod): Reply {
  const charge = addCharge(work, intent, method);
  const next: PaymentIntent = {
    ...intent,
    status: "processing",
    payment_method: method.id,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  };
  work.store.save<"payment_intent">(next);
  work.record("charge.pending", charge);
  work.record("payment_intent.processing", next);
  if (behaviour.settles === "later") work.later("settle_payment", intent.id);
  return { status: 200, body: next };
}

/** succeed takes the money. */
export function succeed(work: Work, intent: PaymentIntent, charge: Charge): Reply {
  const paid: Charge = {
    ...charge,
    status: "succeeded",
    paid: true,
    captured: true,
    amount_captured: charge.amount,
    balance_transaction: newId("txn"),
    outcome: outcome("authorized", "approved_by_network", "Payment complete."),
  };
  const next: PaymentIntent = {
    ...intent,
    status: "succeeded",
    amount_received: intent.amount,
    latest_charge: paid.id,
    payment_method: paid.payment_method,
    last_payment_error: null,
    next_action: null,
  };
  work.store.save<"charge">(paid);
  work.store.save<"payment_intent">(next);
  work.record("charge.succeeded", paid);
  work.record("payment_intent.succeeded", next);
  return { status: 200, body: next };
}

/** decline takes none, says why, and lets the buyer try another payment method. */
export function decline(
  work: Work,
  intent: PaymentIntent,
  method: PaymentMethod,
  why: Decline,
  pending?: Charge,
): Reply {
  const charge: Charge = {
    ...(pending ?? addCharge(work, intent, method)),
    status: "failed",
    failure_code: why.code,
    failure_message: why.message,
    outcome: { ...outcome("issuer_declined", "declined_by_network", why.message), reason: why.decline_code },
  };
  const error = {
    type: "card_error",
    ...why,
    doc_url: docUrl(why.code),
    charge: charge.id,
    payment_method: method,
  } as const;
  const next: PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    latest_charge: charge.id,
    last_payment_error: error,
    next_action: null,
  };
  work.store.save<"charge">(charge);
  work.store.save<"payment_intent">(next);
  work.record("charge.failed", charge);
  work.record("payment_intent.payment_failed", next);
  return { status: 402, body: { error: { ...error, payment_intent: next } satisfies ErrorBody } };
}

/** addCharge notes that an attempt was made; every attempt is a charge of its own. */
export function addCharge(work: Work, intent: PaymentIntent, method: PaymentMethod): Charge {
  const charge = newCharge(intent, method, work.at);
  work.store.add<"charge">(charge, intent.id);
  return charge;
}
