import { refused } from "./errors.ts";
import type { PaymentIntent } from "./types.ts";

// What Stripe says when an intent cannot do what is asked of it.

export const MISSING_METHOD =
  "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the " +
  "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.";

export const RETURN_URL_NEEDED =
  "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these " +
  "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you " +
  "don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and " +
  "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.";

export function stateSentence(verb: string, done: string, status: string, allowed: string[]): string {
  return (
    `You cannot ${verb} this PaymentIntent because it has a status of ${status}. ` +
    `Only a PaymentIntent with one of the following statuses may be ${done}: ${allowed.join(", ")}.`
  );
}

/** unexpectedState shows the intent as it is, so that the caller need not ask again. */
export function unexpectedState(intent: PaymentIntent, message: string): Error {
  return refused(message, { code: "payment_intent_unexpected_state", payment_intent: intent });
}
