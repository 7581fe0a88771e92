import { Stripe } from "stripe";

/** WebhookEvent is what a webhook of Stripe tells, as far as payments cares: about which charge. */
export interface WebhookEvent {
  readonly type: string;
  readonly chargeId: string | undefined;
}

/** createWebhookReader reads a webhook; undefined when Stripe's signature over it is not right, or older than 5 minutes. */
export function createWebhookReader(secret: string): (body: Buffer, signature: string) => WebhookEvent | undefined {
  return (body, signature) => {
    try {
      const { type, data } = Stripe.webhooks.constructEvent(body, signature, secret);
      const chargeId = data.object.object === "payment_intent" ? data.object.metadata["charge_id"] : undefined;
      return { type, chargeId };
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) return undefined;
      throw error;
    }
  };
}
