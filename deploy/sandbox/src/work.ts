import type { Recorder } from "./events.ts";
import type { AmountLimits } from "./money.ts";
import type { Store } from "./store.ts";

export type JobKind = "settle_payment" | "settle_refund";

/** Work is what one call, or one job, may use; all of it happens in one transaction. */
export type Work = {
  store: Store;
  record: Recorder;
  /** later asks for a job when the configured delay of its kind has passed. */
  later: (kind: JobKind, subject: string) => void;
  /** at is the time of the work in whole seconds, as Stripe counts. */
  at: number;
  amounts: AmountLimits;
  /** origin is where a buyer's browser finds the sandbox. */
  origin: string;
};
