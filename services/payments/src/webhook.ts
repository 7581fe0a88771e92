import { withCallContext } from "@gittix/common/context";
import type { Logger } from "@gittix/common/log";
import type { HttpRoute } from "@gittix/common/rpc/http-server";
import { v7 as uuidv7 } from "uuid";
import type { WebhookEvent } from "./gateways/stripe-webhooks.ts";
import type { PaymentUseCases } from "./usecases.ts";

/** The events after which a payment may have another outcome than before. */
const telling = new Set(["payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.canceled"]);

/**
 * stripeWebhook hears what Stripe tells. An event is only a reason to ask Stripe how far the payment has come, so
 * that duplicates, old events and any order of them are harmless. An error is answered as one: Stripe tries again.
 */
export function stripeWebhook(parts: {
  readonly read: (body: Buffer, signature: string) => WebhookEvent | undefined;
  readonly usecases: Pick<PaymentUseCases, "hearOf">;
  readonly log: Logger;
}): HttpRoute {
  const { read, usecases, log } = parts;
  return {
    method: "POST",
    path: "/webhooks/stripe",
    handle: ({ headers, body }) =>
      withCallContext({ requestId: uuidv7(), traceParent: "" }, async () => {
        const signature = headers["stripe-signature"];
        const event = typeof signature === "string" ? read(body, signature) : undefined;
        if (!event) {
          log.warn("webhook refused: its signature is not right, or too old");
          return { status: 400, body: "the signature is not right\n" };
        }
        if (event.chargeId === undefined || !telling.has(event.type)) return { status: 200, body: "ignored\n" };
        try {
          await usecases.hearOf(event.chargeId);
          return { status: 200, body: "ok\n" };
        } catch (error) {
          const facts = { err: error, charge: event.chargeId, type: event.type };
          log.warn(facts, "webhook not handled; Stripe will send it again");
          return { status: 500, body: "not now\n" };
        }
      }),
  };
}
