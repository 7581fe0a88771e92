import { behaviourOf } from "./attempts.ts";
import { invalid, missing, refused } from "./errors.ts";
import { idOf } from "./events.ts";
import type { Form } from "./form.ts";
import { inWords } from "./money.ts";
import { ignored, integer, metadata, notSpoken, oneOf, readParams, text, texts } from "./params.ts";
import { newRefund } from "./shapes.ts";
import type { Charge, Refund, Reply } from "./types.ts";
import type { Work } from "./work.ts";

export type RefundParams = ReturnType<typeof readRefund>;

export function readRefund(form: Form) {
  const params = readParams(form, {
    amount: integer(1, Number.MAX_SAFE_INTEGER),
    charge: text,
    currency: ignored,
    customer: notSpoken,
    expand: texts,
    instructions_email: ignored,
    metadata,
    origin: notSpoken,
    payment_intent: text,
    reason: oneOf("duplicate", "fraudulent", "requested_by_customer"),
    refund_application_fee: notSpoken,
    reverse_transfer: notSpoken,
  });
  if (params.payment_intent === undefined && params.charge === undefined) {
    const message = "One of the following params should be provided for this request: payment_intent or charge.";
    throw invalid(message, { code: "parameter_missing", param: "payment_intent" });
  }
  return params;
}

/** createRefund gives money back, all that is left by default; how it goes on is the card's matter. */
export function createRefund(work: Work, params: RefundParams): Reply {
  const charge = chargeFor(work, params);
  if (charge.refunded) {
    throw refused(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  const left = charge.amount_captured - charge.amount_refunded;
  const amount = params.amount ?? left;
  if (amount > left) {
    const message =
      `Refund amount (${inWords(amount, charge.currency)}) is greater than ` +
      `unrefunded amount on charge (${inWords(left, charge.currency)})`;
    throw refused(message, { param: "amount" });
  }

  const behaviour = behaviourOf(work, charge.payment_method ?? "").refund;
  const status = behaviour === "pending" ? "pending" : "succeeded";
  const refund = newRefund(
    charge,
    { amount, reason: params.reason ?? null, metadata: params.metadata ?? {}, status },
    work.at,
  );
  const lessened = refundedBy(charge, amount);
  work.store.add<"refund">(refund, idOf(charge.payment_intent));
  work.store.save<"charge">(lessened);
  work.record("refund.created", refund);
  work.record("charge.refunded", lessened);
  if (behaviour !== undefined) work.later("settle_refund", refund.id);
  return { status: 200, body: refund };
}

/** settleRefund ends a refund whose fate came later: a pending one succeeds, a doomed one fails. */
export function settleRefund(work: Work, refund: Refund): void {
  const charge = work.store.find("charge", idOf(refund.charge));
  if (charge === undefined) return;
  if (refund.status === "pending") {
    announce(work, { ...refund, status: "succeeded" });
  } else if (refund.status === "succeeded" && behaviourOf(work, charge.payment_method ?? "").refund === "fails") {
    // The money is the merchant's again, so the charge may be refunded anew.
    work.store.save<"charge">(refundedBy(charge, -refund.amount));
    const failed: Refund = {
      ...refund,
      status: "failed",
      failure_reason: "expired_or_canceled_card",
      failure_balance_transaction: idOf(refund.balance_transaction),
    };
    announce(work, failed);
    work.record("refund.failed", failed);
  }
}

function announce(work: Work, refund: Refund): void {
  work.store.save<"refund">(refund);
  work.record("refund.updated", refund);
  work.record("charge.refund.updated", refund);
}

function refundedBy(charge: Charge, amount: number): Charge {
  const amountRefunded = charge.amount_refunded + amount;
  return { ...charge, amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount_captured };
}

function chargeFor(work: Work, params: RefundParams): Charge {
  if (params.charge !== undefined) {
    const charge = work.store.find("charge", params.charge);
    if (charge === undefined) throw missing("charge", params.charge, "charge");
    if (charge.status === "succeeded") return charge;
    throw refused(`Charge ${charge.id} cannot be refunded: it has not succeeded.`, {
      code: "charge_not_refundable",
    });
  }
  const id = params.payment_intent ?? "";
  const intent = work.store.find("payment_intent", id);
  if (intent === undefined) throw missing("payment_intent", id, "payment_intent");
  const charge = work.store.find("charge", idOf(intent.latest_charge));
  if (charge?.status === "succeeded") return charge;
  throw refused(`This PaymentIntent (${id}) does not have a successful charge to refund.`, {
    param: "payment_intent",
  });
}
