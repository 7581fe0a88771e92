import { attempt, behaviourOf } from "./attempts.ts";
import type { Wishes } from "./attempts.ts";
import { invalid, missing, refused } from "./errors.ts";
import { idOf } from "./events.ts";
import { MISSING_METHOD, RETURN_URL_NEEDED, stateSentence, unexpectedState } from "./intent-refusals.ts";
import type { ConfirmParams, CreateParams } from "./intent-params.ts";
import { newPaymentMethod } from "./method-shapes.ts";
import { newIntent } from "./shapes.ts";
import { TEST_METHODS } from "./test-cards.ts";
import type { Charge, PaymentIntent, PaymentMethod, Reply } from "./types.ts";
import type { Work } from "./work.ts";

/** createIntent opens a payment and, when asked to, confirms it in the same breath. */
export function createIntent(work: Work, params: CreateParams): Reply {
  const types = params.allowed_payment_method_types ?? params.payment_method_types;
  const automatic = params.automatic_payment_methods ?? (types === undefined ? { enabled: true } : undefined);
  const intent = newIntent(
    {
      amount: params.amount,
      currency: params.currency,
      allowed_payment_method_types: params.allowed_payment_method_types ?? null,
      automatic_payment_methods:
        automatic?.enabled === true ? { allow_redirects: automatic.allow_redirects ?? "always", enabled: true } : null,
      capture_method: params.capture_method ?? "automatic_async",
      description: params.description ?? null,
      metadata: params.metadata ?? {},
      payment_method_types: types ?? (params.currency === "usd" ? ["card", "us_bank_account"] : ["card"]),
      receipt_email: params.receipt_email ?? null,
      statement_descriptor: params.statement_descriptor ?? null,
      statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    },
    work.at,
  );
  if (params.confirm === true) checkReturnUrl(intent, params);
  const method = params.payment_method === undefined ? undefined : methodFor(work, intent, params.payment_method);
  const opened: PaymentIntent =
    method === undefined ? intent : { ...intent, status: "requires_confirmation", payment_method: method.id };

  work.store.add<"payment_intent">(opened, opened.id);
  work.record("payment_intent.created", opened);
  if (params.confirm !== true) return { status: 200, body: opened };
  if (method === undefined) throw invalid(MISSING_METHOD, { code: "parameter_missing", param: "payment_method" });
  return attempt(work, opened, method, wishesOf(params));
}

/** confirmIntent tries to take the money; a second confirmation of a paid intent is refused. */
export function confirmIntent(work: Work, intent: PaymentIntent, params: ConfirmParams): Reply {
  if (intent.status === "succeeded") {
    throw unexpectedState(
      intent,
      "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.",
    );
  }
  if (!CONFIRMABLE.includes(intent.status)) {
    throw unexpectedState(intent, stateSentence("confirm", "confirmed", intent.status, CONFIRMABLE));
  }
  checkReturnUrl(intent, params);
  const given = params.payment_method ?? idOf(intent.payment_method);
  if (given === "") throw unexpectedState(intent, MISSING_METHOD);
  const receipt = params.receipt_email === undefined ? {} : { receipt_email: params.receipt_email };
  return attempt(work, { ...intent, ...receipt }, methodFor(work, intent, given), wishesOf(params));
}

/** cancelIntent closes a payment that has not been paid; afterwards it can never be. */
export function cancelIntent(work: Work, intent: PaymentIntent, reason?: string): Reply {
  const stuck = intent.status === "processing" && behaviourOf(work, idOf(intent.payment_method)).settles === "never";
  if (!CANCELABLE.includes(intent.status) && !stuck) {
    throw unexpectedState(intent, stateSentence("cancel", "canceled", intent.status, CANCELABLE));
  }
  const pending = stuck ? work.store.find("charge", idOf(intent.latest_charge)) : undefined;
  if (pending !== undefined) {
    const failed: Charge = { ...pending, status: "failed" };
    work.store.save<"charge">(failed);
    work.record("charge.failed", failed);
  }
  const next: PaymentIntent = {
    ...intent,
    status: "canceled",
    canceled_at: work.at,
    cancellation_reason: reason ?? null,
    next_action: null,
  };
  work.store.save<"payment_intent">(next);
  work.record("payment_intent.canceled", next);
  return { status: 200, body: next };
}

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"];
const CANCELABLE = ["requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"];

type Confirmation = Pick<
  ConfirmParams,
  "return_url" | "use_stripe_sdk" | "off_session" | "error_on_requires_action" | "payment_method_options"
>;

function checkReturnUrl(intent: PaymentIntent, params: Confirmation): void {
  const mayRedirect = intent.automatic_payment_methods?.allow_redirects === "always";
  if (mayRedirect && params.return_url === undefined && params.use_stripe_sdk !== true) {
    throw invalid(RETURN_URL_NEEDED, { param: "return_url" });
  }
}

function wishesOf(params: Confirmation): Wishes {
  return {
    returnUrl: params.return_url,
    authenticate: params.payment_method_options?.authenticate,
    refuseAction: params.off_session === true || params.error_on_requires_action === true,
  };
}

/** methodFor makes a payment method of a test token, or takes the intent's own again. */
function methodFor(work: Work, intent: PaymentIntent, given: string): PaymentMethod {
  const test = TEST_METHODS.get(given);
  const own = given === intent.payment_method ? work.store.find("payment_method", given) : undefined;
  if (test === undefined && own === undefined) throw missing("PaymentMethod", given, "payment_method", 400);
  const method = own ?? (test && newPaymentMethod(test, work.at));
  if (method === undefined || !intent.payment_method_types.includes(method.type)) {
    const message = `The PaymentMethod provided (${test?.type ?? given}) is not allowed for this PaymentIntent.`;
    throw refused(message, { code: "payment_intent_incompatible_payment_method", param: "payment_method" });
  }
  if (own === undefined) work.store.add<"payment_method">(method, intent.id, given);
  return method;
}
