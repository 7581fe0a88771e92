import { createHash } from "node:crypto";
import { Stripe } from "stripe";
import type { Origin } from "../config.ts";
import type { Charge } from "../domain/charge.ts";
import type { Intent } from "../domain/next-step.ts";
import { ask, factsOf, intentIn, intentOf, isRefusal, StripeUnanswered } from "./stripe-answers.ts";

/** StripeGateway is what payments asks of Stripe. Each method throws StripeUnanswered when the outcome is not known. */
export interface StripeGateway {
  /** Makes the charge's PaymentIntent, unconfirmed. */
  open(charge: Charge): Promise<Intent | Refusal>;
  look(stripeId: string): Promise<Intent>;
  /** Tries to take the money. A decline is an answer; "unknown-method" says that nothing was tried. */
  confirm(charge: Charge, stripeId: string, paymentMethodId: string): Promise<Intent | "unknown-method">;
  /** Cancels, and gives the intent as it is then: one that cannot be cancelled any longer stays as it is. */
  cancel(stripeId: string): Promise<Intent>;
  /** Gives back all that was captured, once; the id of the refund. */
  refund(charge: Charge, stripeId: string): Promise<string>;
}

/** Refusal says that Stripe will never do this, because of the amount for example; `why` is for the log. */
export interface Refusal {
  readonly refused: true;
  readonly why: string;
}

/**
 * createStripeGateway speaks to Stripe, or to something that speaks as Stripe does.
 *
 * The intent is made first and confirmed apart, for three reasons. Its id is saved in between, so that after any
 * crash there is one intent to ask about, and an intent is captured once whatever is sent. An intent that was
 * lost before it was saved was never confirmed and its secret never shown, so nobody can pay it. And a payment
 * method that Stripe does not know spoils only a key of its own: the next method is another request.
 */
export function createStripeGateway(options: {
  readonly origin: Origin;
  readonly secretKey: string;
  readonly timeoutMs: number;
  readonly retriesMax: number;
}): StripeGateway {
  const stripe = new Stripe(options.secretKey, {
    ...options.origin,
    timeout: options.timeoutMs,
    maxNetworkRetries: options.retriesMax,
    telemetry: false,
  });

  return {
    async open(charge) {
      // After a kept fault the intent may have been made, or not: look before making another.
      const made = charge.keyRound > 0 ? await ask("find", () => find(charge)) : undefined;
      if (made) return made;
      return ask<Intent, Refusal>(
        "open",
        () => create(charge),
        (error) => (isRefusal(error) ? { refused: true, why: factsOf(error) } : undefined),
      );
    },

    look: (stripeId) => ask("look", async () => intentOf(await stripe.paymentIntents.retrieve(stripeId))),

    confirm: (charge, stripeId, paymentMethodId) =>
      ask(
        "confirm",
        async () => {
          const idempotencyKey = keyOf(charge, `confirm-${digest(paymentMethodId)}`);
          const params = { payment_method: paymentMethodId };
          return intentOf(await stripe.paymentIntents.confirm(stripeId, params, { idempotencyKey }));
        },
        (error) => (isRefusal(error) && error.param === "payment_method" ? "unknown-method" : intentIn(error)),
      ),

    // No key of ours: a refusal kept under it would outlive its reason, and to cancel twice is harmless.
    cancel: (stripeId) => ask("cancel", async () => intentOf(await stripe.paymentIntents.cancel(stripeId)), intentIn),

    async refund(charge, stripeId) {
      const made = await ask(
        "refund",
        () => createRefund(charge, stripeId),
        (error) => (error.code === "charge_already_refunded" ? "made before" : undefined),
      );
      const refund = made === "made before" ? await ask("find refund", () => findRefund(stripeId)) : made;
      if (refund?.status === "failed" || refund?.status === "canceled" || !refund) {
        throw new StripeUnanswered("Stripe has not refunded", true);
      }
      return refund.id;
    },
  };

  async function create(charge: Charge): Promise<Intent> {
    const params = {
      amount: charge.amountMinor,
      currency: charge.currency.toLowerCase(),
      // Never a redirect: the buyer stays on the checkout page, beside the countdown.
      automatic_payment_methods: { enabled: true, allow_redirects: "never" as const },
      metadata: metadataOf(charge),
    };
    return intentOf(await stripe.paymentIntents.create(params, { idempotencyKey: keyOf(charge, "open") }));
  }

  async function find(charge: Charge): Promise<Intent | undefined> {
    const since = Math.floor((charge.createdAt.getTime() - clockSkewMs) / 1000);
    for await (const intent of stripe.paymentIntents.list({ created: { gte: since }, limit: 100 })) {
      if (intent.metadata["charge_id"] === charge.id) return intentOf(intent);
    }
    return undefined;
  }

  function createRefund(charge: Charge, stripeId: string): Promise<Stripe.Refund> {
    // Without an amount: all that is left, whoever may have refunded a part by hand.
    const params = { payment_intent: stripeId, metadata: metadataOf(charge) };
    return stripe.refunds.create(params, { idempotencyKey: keyOf(charge, "refund") });
  }

  async function findRefund(stripeId: string): Promise<Stripe.Refund | undefined> {
    const { data } = await stripe.refunds.list({ payment_intent: stripeId, limit: 100 });
    return data.find((refund) => refund.status !== "failed" && refund.status !== "canceled");
  }
}

/** By how much Stripe's clock and the database's may differ. */
const clockSkewMs = 5 * 60_000;

function keyOf(charge: Charge, verb: string): string {
  return `charge-${charge.id}-${verb}-${charge.keyRound}`;
}

function metadataOf(charge: Charge): Record<string, string> {
  return { charge_id: charge.id, order_id: charge.orderId };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
