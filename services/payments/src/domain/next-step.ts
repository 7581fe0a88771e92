import type { Charge, FailureReason } from "./charge.ts";

/** Intent is how far Stripe has come with a payment. */
export interface Intent {
  readonly id: string;
  readonly clientSecret: string | null;
  /**
   * `untried`: nobody has confirmed it. `declined`: the last attempt failed, another could follow.
   * `action`: the buyer has to authenticate. `processing`: the bank takes its time.
   */
  readonly status: "untried" | "declined" | "action" | "processing" | "succeeded" | "canceled";
  /** Why the last attempt failed, if one did. */
  readonly declineReason: FailureReason | null;
}

/** Step is what to do next about an open charge. */
export type Step =
  | { readonly act: "confirm"; readonly paymentMethodId: string }
  | { readonly act: "cancel" }
  | { readonly act: "complete" }
  | { readonly act: "fail"; readonly reason: FailureReason }
  | { readonly act: "wait" };

/**
 * nextStep decides about an open charge by what Stripe says of its payment, and by nothing else: whoever asks,
 * whenever, after whatever crash, comes to the same decision.
 *
 * A decline ends a charge only once the PaymentIntent is cancelled. Until then somebody who holds its client
 * secret could still pay it, and a charge that has failed must never turn out to be paid.
 */
export function nextStep(charge: Charge, intent: Intent): Step {
  switch (intent.status) {
    case "succeeded":
      return { act: "complete" };
    case "canceled":
      return { act: "fail", reason: intent.declineReason ?? (charge.undoReason ? "ORDER_ENDED" : "PROCESSING_ERROR") };
    case "declined":
      // One attempt an order. Where a buyer may have more, those left are looked at here.
      return { act: "cancel" };
    case "untried":
      if (charge.undoReason !== null) return { act: "cancel" };
      if (charge.paymentMethodId !== null) return { act: "confirm", paymentMethodId: charge.paymentMethodId };
      return { act: "wait" };
    case "action":
    case "processing":
      return charge.undoReason === null ? { act: "wait" } : { act: "cancel" };
    default:
      return intent.status satisfies never;
  }
}
