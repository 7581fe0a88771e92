import { failure } from "@gittix/common/errors";
import type { Logger } from "@gittix/common/log";
import {
  attach,
  complete,
  fail,
  notFound,
  owesRefund,
  refund,
  refuseMethod,
  spendKeys,
  type Charge,
} from "./domain/charge.ts";
import { nextStep, type Intent } from "./domain/next-step.ts";
import type { StripeGateway } from "./gateways/stripe.ts";
import { StripeUnanswered } from "./gateways/stripe-answers.ts";
import { chargeCreated, chargeRefunded } from "./messages.ts";
import type { ChargeStore } from "./store/charge-store.ts";
import { createTurns } from "./turns.ts";

/** Settlement is how far a charge could be brought. */
export interface Settlement {
  readonly charge: Charge;
  /** True when Stripe does not know the payment method: nothing was tried, and another can be. */
  readonly methodUnknown: boolean;
}

const unanswered = "The payment provider does not answer. This goes on by itself; asking again is safe.";
/** More steps than any payment needs; a bound, should Stripe say the same again and again. */
const stepsMax = 8;

/**
 * createSettlement gives the one way in which a charge moves: ask Stripe how far it has come, do the next step, write
 * down the outcome. Calls, webhooks, ended orders and the recovery of crashes all come here, so none needs to know
 * what the others have done. One at a time for each charge; another instance at the same moment does no harm, since
 * a PaymentIntent is captured once and refunded once.
 */
export function createSettlement(parts: {
  readonly store: ChargeStore;
  readonly stripe: StripeGateway;
  readonly log: Logger;
}): (chargeId: string) => Promise<Settlement> {
  const { store, stripe, log } = parts;
  const inTurn = createTurns<Settlement>();

  return (chargeId) =>
    inTurn(chargeId, async () => {
      const charge = await store.get(chargeId);
      if (!charge) throw notFound();
      try {
        return await settle(charge);
      } catch (error) {
        if (!(error instanceof StripeUnanswered)) throw error;
        if (error.keySpent) await change(chargeId, (before, at) => spendKeys(before, charge.keyRound, at));
        throw failure("DEPENDENCY_UNAVAILABLE", unanswered, { cause: error });
      }
    });

  async function settle(charge: Charge): Promise<Settlement> {
    const paid = charge.status === "CREATED" ? await pay(charge) : { charge, methodUnknown: false };
    return owesRefund(paid.charge) ? { ...paid, charge: await giveBack(paid.charge) } : paid;
  }

  async function pay(created: Charge): Promise<Settlement> {
    let { charge, intent } = await reach(created);
    for (let steps = 0; intent && steps < stepsMax; steps++) {
      const step = nextStep(charge, intent);
      switch (step.act) {
        case "complete":
          return { charge: await close(charge, complete), methodUnknown: false };
        case "fail":
          return { charge: await close(charge, (before, at) => fail(before, step.reason, at)), methodUnknown: false };
        case "wait":
          return { charge, methodUnknown: false };
        case "confirm": {
          const answer = await stripe.confirm(charge, intent.id, step.paymentMethodId);
          if (answer === "unknown-method") {
            charge = await change(charge.id, (before, at) => refuseMethod(before, step.paymentMethodId, at));
            return { charge, methodUnknown: true };
          }
          intent = answer;
          break;
        }
        case "cancel": {
          const answer: Intent = await stripe.cancel(intent.id);
          // What the bank has in its hands cannot be cancelled; its end decides, later.
          if (answer.status === intent.status) return { charge, methodUnknown: false };
          intent = answer;
          break;
        }
        default:
          step satisfies never;
      }
    }
    return { charge, methodUnknown: false };
  }

  /** Finds the charge's PaymentIntent, or makes it and saves it; none where the charge is closed without one. */
  async function reach(charge: Charge): Promise<{ charge: Charge; intent: Intent | undefined }> {
    if (charge.stripeId !== null) return { charge, intent: await stripe.look(charge.stripeId) };
    const opened = await stripe.open(charge);
    if ("refused" in opened) {
      log.error({ charge: charge.id, order: charge.orderId, why: opened.why }, "Stripe refuses the charge");
      const reason = charge.undoReason ? "ORDER_ENDED" : "PROCESSING_ERROR";
      return { charge: await close(charge, (before, at) => fail(before, reason, at)), intent: undefined };
    }
    const saved = await change(charge.id, (before, at) => attach(before, opened, at));
    if (saved.stripeId === opened.id) return { charge: saved, intent: opened };
    // Another instance was first.
    await stripe.cancel(opened.id);
    return { charge: saved, intent: saved.stripeId === null ? undefined : await stripe.look(saved.stripeId) };
  }

  async function giveBack(charge: Charge): Promise<Charge> {
    if (charge.stripeId === null) throw new Error(`charge ${charge.id} is completed without a PaymentIntent`);
    const refundId = await stripe.refund(charge, charge.stripeId);
    const refunded = await store.update(charge.id, (before, at) => {
      const after = refund(before, refundId, at);
      return { charge: after, events: [chargeRefunded(after)] };
    });
    log.info({ charge: charge.id, order: charge.orderId, why: charge.undoReason }, "charge refunded");
    return refunded;
  }

  async function close(charge: Charge, transition: (before: Charge, at: Date) => Charge): Promise<Charge> {
    const closed = await store.update(charge.id, (before, at) => {
      const after = transition(before, at);
      return { charge: after, events: [chargeCreated(after)] };
    });
    log.info({ charge: charge.id, order: charge.orderId, status: closed.status }, "charge has its outcome");
    return closed;
  }

  function change(chargeId: string, transition: (before: Charge, at: Date) => Charge): Promise<Charge> {
    return store.update(chargeId, (before, at) => ({ charge: transition(before, at), events: [] }));
  }
}
