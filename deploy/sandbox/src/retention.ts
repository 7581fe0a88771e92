import type { Database } from "./database.ts";

export type Retention = {
  /** intentsMs: a payment is forgotten, with all that belongs to it, this long after it was opened. */
  intentsMs: number;
  idempotencyMs: number;
};

const DAY_MS = 24 * 60 * 60 * 1000;
const RETENTION: Retention = { intentsMs: 30 * DAY_MS, idempotencyMs: DAY_MS };

/** forget deletes what is too old, so that a sandbox which runs for a year does not fill the disk. */
export function forget(database: Database, nowMs: number, wanted: Partial<Retention> = {}): void {
  const { intentsMs, idempotencyMs } = { ...RETENTION, ...wanted };
  const created = Math.floor((nowMs - intentsMs) / 1000);
  database.transaction(() => {
    database.run(
      "DELETE FROM objects WHERE intent IN (SELECT id FROM objects WHERE object = 'payment_intent' AND created < ?)",
      created,
    );
    database.run("DELETE FROM deliveries WHERE event_id NOT IN (SELECT id FROM objects WHERE object = ?)", "event");
    database.run("DELETE FROM idempotency_keys WHERE created_ms < ?", nowMs - idempotencyMs);
  });
}
