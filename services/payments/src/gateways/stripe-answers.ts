import { assertOutsideTransaction } from "@gittix/common/database/transaction-scope";
import { Stripe } from "stripe";
import type { Intent } from "../domain/next-step.ts";
import { declineReason } from "./decline-reasons.ts";

/** StripeUnanswered says that Stripe did not answer, or not with an outcome. The charge may have been paid all the same. */
export class StripeUnanswered extends Error {
  override readonly name = "StripeUnanswered";
  /** True when Stripe has kept the fault under the idempotency key, and would repeat it for ever. */
  readonly keySpent: boolean;

  constructor(message: string, keySpent: boolean) {
    super(message);
    this.keySpent = keySpent;
  }
}

export type StripeError = InstanceType<typeof Stripe.errors.StripeError>;

/** ask makes a request. `read` finds an answer in what looks like an error; any other error leaves the outcome open. */
export async function ask<T, Answer = never>(
  what: string,
  request: () => Promise<T>,
  read: (error: StripeError) => Answer | undefined = () => undefined,
): Promise<T | Answer> {
  assertOutsideTransaction(`Asking Stripe to ${what}`);
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    const answer = read(error);
    if (answer !== undefined) return answer;
    const keySpent = (error.statusCode ?? 0) >= 500 || error instanceof Stripe.errors.StripeIdempotencyError;
    throw new StripeUnanswered(`Stripe did not ${what}: ${factsOf(error)}`, keySpent);
  }
}

/** factsOf gives what the log may hold of an error: the error itself carries the intent with its client secret. */
export function factsOf({ type, statusCode, code, param, requestId }: StripeError): string {
  return [type, statusCode, code, param, requestId].filter((fact) => fact !== undefined).join(" ");
}

/** isRefusal tells a request that Stripe understood and will never carry out. */
export function isRefusal(error: StripeError): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError;
}

/** intentIn finds the intent that comes with a decline, and with a refusal because of the state that it is in. */
export function intentIn(error: StripeError): Intent | undefined {
  return error.payment_intent && intentOf(error.payment_intent);
}

/** intentOf reads how far a payment has come. */
export function intentOf(intent: Stripe.PaymentIntent): Intent {
  const declined = intent.last_payment_error;
  return {
    id: intent.id,
    clientSecret: intent.client_secret,
    status: statusOf(intent),
    declineReason: declined && declineReason(declined),
  };
}

function statusOf(intent: Stripe.PaymentIntent): Intent["status"] {
  switch (intent.status) {
    case "requires_payment_method":
      return intent.last_payment_error ? "declined" : "untried";
    case "requires_confirmation":
      return "untried";
    case "requires_action":
      return "action";
    case "succeeded":
      return "succeeded";
    case "canceled":
      return "canceled";
    case "processing":
    case "requires_capture":
    default:
      return "processing";
  }
}
