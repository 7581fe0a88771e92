import { createHmac } from "node:crypto";

import { createAlarm } from "./alarm.ts";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";
import type { Log, StripeEvent } from "./types.ts";

export type Webhook = {
  url: string;
  secret: string;
  /** retryDelaysMs: how long to wait after each failed attempt; after the last one it gives up. */
  retryDelaysMs?: number[];
};

export type Webhooks = {
  current: () => Webhook | undefined;
  /** aim sends what is due from now on to this address; nothing is recorded while there is none. */
  aim: (webhook: Webhook | undefined) => void;
  wake: () => void;
  stop: () => Promise<void>;
};

const RETRY_DELAYS_MS = [1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 7_200_000];
const IN_FLIGHT_MAX = 8;
const ANSWER_TIMEOUT_MS = 10_000;

type Options = {
  database: Database;
  store: Store;
  now: () => number;
  log: Log;
  webhook?: Webhook | undefined;
};

/** createWebhooks delivers recorded events, at least once each and in no promised order, as Stripe does. */
export function createWebhooks({ database, store, now, log, webhook }: Options): Webhooks {
  let target = webhook;
  const sending = new Map<number, Promise<void>>();
  const stopping = new AbortController();

  const due = () =>
    database
      .all(
        "SELECT id, event_id, attempts, due_ms FROM deliveries WHERE state = 'pending' ORDER BY due_ms, id LIMIT ?",
        2 * IN_FLIGHT_MAX,
      )
      .filter((row) => !sending.has(Number(row["id"])));
  const alarm = createAlarm({
    now,
    next: () => (target === undefined || sending.size >= IN_FLIGHT_MAX ? undefined : earliest(due())),
    ring() {
      for (const row of due().slice(0, IN_FLIGHT_MAX - sending.size)) {
        if (Number(row["due_ms"]) > now()) break;
        start(Number(row["id"]), String(row["event_id"]), Number(row["attempts"]) + 1);
      }
    },
  });

  function start(id: number, eventId: string, attempt: number): void {
    const delivery = deliver(eventId).then((result) => {
      sending.delete(id);
      // An attempt cut short by our own end is made again after the next start.
      if (stopping.signal.aborted) return;
      note(id, eventId, attempt, result);
      alarm.set();
    });
    sending.set(id, delivery);
  }

  async function deliver(eventId: string): Promise<string> {
    const event = store.find("event", eventId);
    if (event === undefined || target === undefined) return "nothing to send";
    try {
      const answer = await fetch(target.url, signed(event, target.secret, now(), stopping.signal));
      await answer.body?.cancel();
      return String(answer.status);
    } catch (cause) {
      return cause instanceof Error ? cause.name : "failed";
    }
  }

  function note(id: number, eventId: string, attempt: number, result: string): void {
    const delayMs = (target?.retryDelaysMs ?? RETRY_DELAYS_MS)[attempt - 1];
    const delivered = /^2\d\d$/.test(result);
    const state = delivered ? "delivered" : delayMs === undefined ? "failed" : "pending";
    database.run(
      "UPDATE deliveries SET state = ?, attempts = ?, result = ?, due_ms = ? WHERE id = ?",
      state,
      attempt,
      result,
      now() + (delayMs ?? 0),
      id,
    );
    if (!delivered) log("webhook not delivered", { event: eventId, attempt, result });
  }

  return {
    current: () => target,
    aim(webhook) {
      target = webhook;
      alarm.set();
    },
    wake: alarm.set,
    async stop() {
      alarm.stop();
      stopping.abort();
      await Promise.all(sending.values());
    },
  };
}

function signed(event: StripeEvent, secret: string, nowMs: number, stop: AbortSignal): RequestInit {
  const payload = JSON.stringify(event, null, 2);
  // Every attempt is signed anew: a receiver refuses a signature older than its tolerance.
  const timestamp = Math.floor(nowMs / 1000);
  const signature = createHmac("sha256", secret).update(`${timestamp}.${payload}`).digest("hex");
  return {
    method: "POST",
    headers: {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": `t=${timestamp},v1=${signature}`,
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    },
    body: payload,
    // To Stripe a redirect is a failed delivery.
    redirect: "manual",
    signal: AbortSignal.any([stop, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  };
}

function earliest(rows: ReturnType<Database["all"]>): number | undefined {
  return rows[0] === undefined ? undefined : Number(rows[0]["due_ms"]);
}
