import type { FailureReason } from "../domain/charge.ts";

/**
 * declineReason turns Stripe's codes into what a buyer may know. A lost, stolen or suspected card is merely
 * declined: whoever holds it must not learn more.
 */
export function declineReason(error: StripeCodes): FailureReason {
  return reasons.get(error.decline_code ?? "") ?? reasons.get(error.code ?? "") ?? "CARD_DECLINED";
}

interface StripeCodes {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
}

/** https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes */
const reasons = new Map<string, FailureReason>([
  ["insufficient_funds", "INSUFFICIENT_FUNDS"],
  ["expired_card", "CARD_EXPIRED"],
  ["incorrect_cvc", "INCORRECT_CVC"],
  ["invalid_cvc", "INCORRECT_CVC"],
  ["processing_error", "PROCESSING_ERROR"],
  ["issuer_not_available", "PROCESSING_ERROR"],
  ["reenter_transaction", "PROCESSING_ERROR"],
  ["try_again_later", "PROCESSING_ERROR"],
  ["authentication_required", "AUTHENTICATION_FAILED"],
  ["authentication_not_handled", "AUTHENTICATION_FAILED"],
  ["payment_intent_authentication_failure", "AUTHENTICATION_FAILED"],
  ["mobile_device_authentication_required", "AUTHENTICATION_FAILED"],
]);
