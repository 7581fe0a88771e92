import { newClientSecret, newId } from './ids.ts';
import type { TestMethod } from './test-cards.ts';
import type { Charge, PaymentIntent, PaymentMethod, Refund } from './types.ts';

// Whole objects as Stripe answers them. A field that the sandbox has no use for is null, never
// absent: a client that reads it must meet here what it would meet at Stripe.

const NO_BILLING_DETAILS = { address: null, email: null, name: null, phone: null, tax_id: null };

export function newIntent(from: Pick<PaymentIntent, 'amount' | 'currency'> & Partial<PaymentIntent>, created: number): PaymentIntent {
  const id = newId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: newClientSecret(id),
    confirmation_method: 'automatic',
    created,
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
    ...from,
  };
}

export function newCharge(intent: PaymentIntent, method: PaymentMethod, created: number): Charge {
  return {
    id: newId(method.type === 'card' ? 'ch' : 'py'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: NO_BILLING_DETAILS,
    calculated_statement_descriptor: 'STRIPE SANDBOX',
    captured: false,
    created,
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: null,
    paid: false,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: paidWith(method),
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: intent.statement_descriptor,
    statement_descriptor_suffix: intent.statement_descriptor_suffix,
    status: 'pending',
    transfer_data: null,
    transfer_group: null,
  };
}

export function newPaymentMethod(from: TestMethod, created: number): PaymentMethod {
  const method: PaymentMethod = {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: NO_BILLING_DETAILS,
    created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: from.type,
  };
  if (from.type === 'us_bank_account') return { ...method, us_bank_account: bankAccount(from) };
  return {
    ...method,
    card: {
      brand: from.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: from.brand,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: `sandbox${from.last4}`,
      funding: from.token.includes('debit') ? 'debit' : 'credit',
      generated_from: null,
      last4: from.last4,
      networks: { available: [from.brand], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  };
}

export function newRefund(charge: Charge, from: Pick<Refund, 'amount' | 'reason' | 'metadata' | 'status'>, created: number): Refund {
  return {
    id: newId('re'),
    object: 'refund',
    balance_transaction: newId('txn'),
    charge: charge.id,
    created,
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: { card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' }, type: 'card' },
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
    ...from,
  };
}

function bankAccount(from: TestMethod): NonNullable<PaymentMethod['us_bank_account']> {
  return {
    account_holder_type: 'individual',
    account_type: 'checking',
    bank_name: from.brand,
    financial_connections_account: null,
    fingerprint: `sandbox${from.last4}`,
    last4: from.last4,
    networks: { preferred: 'ach', supported: ['ach'] },
    routing_number: '110000000',
    status_details: null,
  };
}

function paidWith({ type, card, us_bank_account: bank }: PaymentMethod): Charge['payment_method_details'] {
  if (card === undefined) {
    return {
      type,
      us_bank_account: {
        account_holder_type: 'individual',
        account_type: 'checking',
        bank_name: bank?.bank_name ?? null,
        fingerprint: bank?.fingerprint ?? null,
        last4: bank?.last4 ?? null,
        payment_reference: null,
        routing_number: bank?.routing_number ?? null,
      },
    };
  }
  return {
    type,
    card: {
      amount_authorized: null,
      authorization_code: null,
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      electronic_commerce_indicator: null,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      installments: null,
      last4: card.last4,
      mandate: null,
      network: card.brand,
      network_transaction_id: null,
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
  };
}
