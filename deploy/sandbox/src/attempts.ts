import { docUrl } from './errors.ts';
import type { ErrorBody } from './errors.ts';
import { idOf } from './events.ts';
import { newId } from './ids.ts';
import { newCharge } from './shapes.ts';
import type { Decline, TestMethod } from './test-cards.ts';
import { DECLINES, TEST_METHODS } from './test-cards.ts';
import type { Charge, PaymentIntent, PaymentMethod, Reply } from './types.ts';
import type { Work } from './work.ts';

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
    behaviour.authentication === 'always' ||
    (behaviour.authentication === 'requested' && wishes.authenticate === true);

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
  const charge = work.store.find('charge', idOf(intent.latest_charge));
  const method = work.store.find('payment_method', idOf(intent.payment_method));
  if (intent.status !== 'processing' || charge === undefined || method === undefined) return;
  const { decline: refusal } = behaviourOf(work, method.id);
  if (refusal === undefined) succeed(work, intent, charge);
  else decline(work, intent, method, refusal, charge);
}

export function behaviourOf(work: Work, paymentMethodId: string): TestMethod {
  const behaviour = TEST_METHODS.get(work.store.tokenOf(paymentMethodId) ?? '');
  if (behaviour === undefined) throw new Error(`payment method ${paymentMethodId} was made from no test method`);
  return behaviour;
}

function askForAuthentication(work: Work, intent: PaymentIntent, method: PaymentMethod, returnUrl?: string): Reply {
  const url = `${work.origin}/3ds/${intent.id}`;
  const next: PaymentIntent = {
    ...intent,
    status: 'requires_action',
    payment_method: method.id,
    last_payment_error: null,
    next_action:
      returnUrl === undefined
        ? { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', stripe_js: url } }
        : { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url } },
  };
  work.store.save<'payment_intent'>(next);
  work.record('payment_intent.requires_action', next);
  return { status: 200, body: next };
}

function begin(work: Work, intent: PaymentIntent, method: PaymentMethod, behaviour: TestMethod): Reply {
  const charge = addCharge(work, intent, method);
  const next: PaymentIntent = {
    ...intent,
    status: 'processing',
    payment_method: method.id,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  };
  work.store.save<'payment_intent'>(next);
  work.record('charge.pending', charge);
  work.record('payment_intent.processing', next);
  if (behaviour.settles === 'later') work.later('settle_payment', intent.id);
  return { status: 200, body: next };
}

function succeed(work: Work, intent: PaymentIntent, charge: Charge): Reply {
  const paid: Charge = {
    ...charge,
    status: 'succeeded',
    paid: true,
    captured: true,
    amount_captured: charge.amount,
    balance_transaction: newId('txn'),
    outcome: outcome('authorized', 'approved_by_network', 'Payment complete.'),
  };
  const next: PaymentIntent = {
    ...intent,
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: paid.id,
    payment_method: paid.payment_method,
    last_payment_error: null,
    next_action: null,
  };
  work.store.save<'charge'>(paid);
  work.store.save<'payment_intent'>(next);
  work.record('charge.succeeded', paid);
  work.record('payment_intent.succeeded', next);
  return { status: 200, body: next };
}

function decline(work: Work, intent: PaymentIntent, method: PaymentMethod, why: Decline, pending?: Charge): Reply {
  const charge: Charge = {
    ...(pending ?? addCharge(work, intent, method)),
    status: 'failed',
    failure_code: why.code,
    failure_message: why.message,
    outcome: { ...outcome('issuer_declined', 'declined_by_network', why.message), reason: why.decline_code },
  };
  const error = { type: 'card_error', ...why, doc_url: docUrl(why.code), charge: charge.id, payment_method: method } as const;
  const next: PaymentIntent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    latest_charge: charge.id,
    last_payment_error: error,
    next_action: null,
  };
  work.store.save<'charge'>(charge);
  work.store.save<'payment_intent'>(next);
  work.record('charge.failed', charge);
  work.record('payment_intent.payment_failed', next);
  return { status: 402, body: { error: { ...error, payment_intent: next } satisfies ErrorBody } };
}

function addCharge(work: Work, intent: PaymentIntent, method: PaymentMethod): Charge {
  const charge = newCharge(intent, method, work.at);
  work.store.add<'charge'>(charge, intent.id);
  return charge;
}

function outcome(type: string, networkStatus: string, sellerMessage: string): NonNullable<Charge['outcome']> {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: networkStatus,
    reason: null,
    risk_level: 'normal',
    risk_score: 20,
    seller_message: sellerMessage,
    type,
  };
}
