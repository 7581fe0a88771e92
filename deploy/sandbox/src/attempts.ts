import { idOf } from "./events.ts";
import { addCharge, begin, decline, succeed } from "./outcomes.ts";
import type { TestMethod } from "./test-cards.ts";
import { DECLINES, TEST_METHODS } from "./test-cards.ts";
import type { PaymentIntent, PaymentMethod, Reply } from "./types.ts";
import type { Work } from "./work.ts";

export type Wishes = {
  returnUrl?: string | undefined;
  authenticate?: boolean | undefined;
  /** refuseAction: nobody is there to authenticate, so needing to is a decline. */
  refuseAction?: boolean | undefined;
};

/** attempt charges a payment method, or sends the buyer to authenticate first. */
export function attempt(work: Work, intent: PaymentIntent, method: PaymentMethod, wishes: Wishes): Reply {
  const behaviour = behaviourOf(work, method.id);
  const authenticates =
    behaviour.authentication === "always" || (behaviour.authentication === "requested" && wishes.authenticate === true);

  if (authenticates && wishes.refuseAction === true) {
    return decline(work, intent, method, DECLINES.authenticationRequired);
  }
  if (authenticates) return askForAuthentication(work, intent, method, wishes.returnUrl);
  return capture(work, intent, method);
}

/** capture takes the money as the payment method's behaviour has it: at once, later, or not at all. */
export function capture(work: Work, intent: PaymentIntent, method: PaymentMethod): Reply {
  const behaviour = behaviourOf(work, method.id);
  if (behaviour.settles !== undefined) return begin(work, intent, method, behaviour);
  if (behaviour.decline !== undefined) return decline(work, intent, method, behaviour.decline);
  return succeed(work, intent, addCharge(work, intent, method));
}

/** settle ends a payment that was `processing`. */
export function settle(work: Work, intent: PaymentIntent): void {
  const charge = work.store.find("charge", idOf(intent.latest_charge));
  const method = work.store.find("payment_method", idOf(intent.payment_method));
  if (intent.status !== "processing" || charge === undefined || method === undefined) return;
  const { decline: refusal } = behaviourOf(work, method.id);
  if (refusal === undefined) succeed(work, intent, charge);
  else decline(work, intent, method, refusal, charge);
}

export function behaviourOf(work: Work, paymentMethodId: string): TestMethod {
  const behaviour = TEST_METHODS.get(work.store.tokenOf(paymentMethodId) ?? "");
  if (behaviour === undefined) throw new Error(`payment method ${paymentMethodId} was made from no test method`);
  return behaviour;
}

function askForAuthentication(work: Work, intent: PaymentIntent, method: PaymentMethod, returnUrl?: string): Reply {
  const url = `${work.origin}/3ds/${intent.id}`;
  const next: PaymentIntent = {
    ...intent,
    status: "requires_action",
    payment_method: method.id,
    last_payment_error: null,
    next_action:
      returnUrl === undefined
        ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } }
        : { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } },
  };
  work.store.save<"payment_intent">(next);
  work.record("payment_intent.requires_action", next);
  return { status: 200, body: next };
}
