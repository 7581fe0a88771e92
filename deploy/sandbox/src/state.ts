import type { Database } from "./database.ts";
import type { Store } from "./store.ts";
import type { Charge, PaymentIntent, Refund, StripeEvent } from "./types.ts";

export type Delivery = {
  id: number;
  event: string;
  type: string;
  state: string;
  attempts: number;
  result: string;
  due_ms: number;
};
export type State = {
  payment_intents: PaymentIntent[];
  charges: Charge[];
  refunds: Refund[];
  events: StripeEvent[];
  deliveries: Delivery[];
};
export type Totals = {
  /** money per currency, in minor units; refunds still pending count as refunded, as at Stripe. */
  money: Record<string, { captured: number; refunded: number; net: number }>;
  payment_intents: Record<string, number>;
  refunds: Record<string, number>;
  deliveries: Record<string, number>;
};

/** readState shows what the sandbox holds, newest first. */
export function readState(database: Database, store: Store, limit: number): State {
  return {
    payment_intents: store.list("payment_intent", { limit }).data,
    charges: store.list("charge", { limit }).data,
    refunds: store.list("refund", { limit }).data,
    events: store.list("event", { limit }).data,
    deliveries: database.all("SELECT * FROM deliveries ORDER BY id DESC LIMIT ?", limit).map((row) => ({
      id: Number(row["id"]),
      event: String(row["event_id"]),
      type: String(row["type"]),
      state: String(row["state"]),
      attempts: Number(row["attempts"]),
      result: String(row["result"]),
      due_ms: Number(row["due_ms"]),
    })),
  };
}

/** readTotals adds up, so that a test need not read a thousand intents to see that money matches. */
export function readTotals(database: Database): Totals {
  const money = database.all(`
    SELECT json_extract(body, '$.currency') AS currency,
           SUM(json_extract(body, '$.amount_captured')) AS captured,
           SUM(json_extract(body, '$.amount_refunded')) AS refunded
    FROM objects WHERE object = 'charge' GROUP BY currency`);
  const status = (object: string) =>
    counts(
      database,
      `SELECT json_extract(body, '$.status') AS name, COUNT(*) AS n FROM objects WHERE object = '${object}' GROUP BY name`,
    );
  return {
    money: Object.fromEntries(
      money.map((row) => {
        const captured = Number(row["captured"]);
        const refunded = Number(row["refunded"]);
        return [String(row["currency"]), { captured, refunded, net: captured - refunded }];
      }),
    ),
    payment_intents: status("payment_intent"),
    refunds: status("refund"),
    deliveries: counts(database, "SELECT state AS name, COUNT(*) AS n FROM deliveries GROUP BY state"),
  };
}

function counts(database: Database, sql: string): Record<string, number> {
  return Object.fromEntries(database.all(sql).map((row) => [String(row["name"]), Number(row["n"])]));
}
