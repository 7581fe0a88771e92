import type { Fault, Faults } from "./faults.ts";
import type { AmountLimits } from "./money.ts";
import type { Retention } from "./retention.ts";
import type { State, Totals } from "./state.ts";
import type { Log } from "./types.ts";
import type { Webhook } from "./webhooks.ts";

export type SandboxOptions = {
  secretKey: string;
  publishableKey: string;
  host?: string;
  /** port 0, the default, takes a free one. */
  port?: number;
  /** database is a file's path, or `:memory:`, the default. */
  database?: string;
  /** publicUrl is where a buyer's browser reaches the sandbox, if not at the address it listens on. */
  publicUrl?: string;
  webhook?: Webhook;
  faults?: Fault[];
  /** seed makes the faults of two runs the same. */
  seed?: number;
  /** amounts are what can be charged: Stripe's limits for the currency, the default, or limits in minor units. */
  amounts?: AmountLimits;
  /** settlePaymentMs is how long a bank debit is `processing`. */
  settlePaymentMs?: number;
  /** settleRefundMs is how long until a pending refund succeeds, and a doomed one fails. */
  settleRefundMs?: number;
  retention?: Partial<Retention>;
  now?: () => number;
  log?: Log;
};

export type Sandbox = {
  url: string;
  port: number;
  faults: Faults;
  state: () => State;
  totals: () => Totals;
  /** settle ends at once what was processing or pending. */
  settle: () => void;
  /** setWebhook sends events to this address from now on; payments may start after the sandbox. */
  setWebhook: (webhook: Webhook | undefined) => void;
  /** forget deletes what is past its retention; it happens every hour by itself. */
  forget: () => void;
  close: () => Promise<void>;
};
