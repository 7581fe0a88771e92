import type { Database } from "./database.ts";
import type { Faults } from "./faults.ts";
import { newId } from "./ids.ts";
import type { Store } from "./store.ts";
import type { Charge, EventType, PaymentIntent, Refund, StripeEvent } from "./types.ts";

const API_VERSION = "2026-10-28.endive";

/** Recorder writes an event, and what is to be sent of it, in the transaction of its cause. */
export type Recorder = (type: EventType, object: PaymentIntent | Charge | Refund) => void;

type Options = {
  database: Database;
  store: Store;
  faults: Faults;
  now: () => number;
  webhookWanted: () => boolean;
};

export function createRecorder({ database, store, faults, now, webhookWanted }: Options) {
  return (request: StripeEvent["request"]): Recorder =>
    (type, object) => {
      const event: StripeEvent = {
        id: newId("evt"),
        object: "event",
        api_version: API_VERSION,
        created: Math.floor(now() / 1000),
        data: { object },
        livemode: false,
        pending_webhooks: webhookWanted() ? 1 : 0,
        request,
        type,
      };
      store.add<"event">(event, intentOf(object));
      if (!webhookWanted()) return;

      const { drop, copies, delayMs } = faults.ofWebhook(type);
      for (let copy = 0; copy < copies; copy += 1) {
        database.run(
          "INSERT INTO deliveries (event_id, type, due_ms, state) VALUES (?, ?, ?, ?)",
          event.id,
          type,
          now() + delayMs,
          drop ? "dropped" : "pending",
        );
      }
    };
}

/** intentOf names the PaymentIntent that an object belongs to. */
export function intentOf(object: PaymentIntent | Charge | Refund): string {
  if (object.object === "payment_intent") return object.id;
  return idOf(object.payment_intent);
}

/** idOf reads a reference that the types allow to be expanded; stored ones never are. */
export function idOf(reference: string | { id: string } | null): string {
  if (reference === null) return "";
  return typeof reference === "string" ? reference : reference.id;
}
