import { checkAmount, currencyCode } from "./money.ts";
import type { AmountLimits } from "./money.ts";
import {
  flag,
  hash,
  ignored,
  integer,
  metadata,
  notSpoken,
  oneOf,
  readParams,
  required,
  text,
  texts,
  url,
} from "./params.ts";
import type { Reader } from "./params.ts";
import type { Form } from "./form.ts";
import { invalid } from "./errors.ts";

const METHOD_TYPES = ["card", "us_bank_account"];

/** methodTypes takes a list of the types that the sandbox has test payment methods for. */
const methodTypes: Reader<string[]> = (value, param) => {
  const types = texts(value, param);
  const strange = types.find((type) => !METHOD_TYPES.includes(type));
  if (strange === undefined) return types;
  throw invalid(`The payment method type "${strange}" is not spoken by this sandbox of Stripe.`, { param });
};

const unspoken = {
  amount_details: notSpoken,
  application_fee_amount: notSpoken,
  confirmation_token: notSpoken,
  excluded_payment_method_types: notSpoken,
  hooks: notSpoken,
  mandate: notSpoken,
  payment_method_data: notSpoken,
  setup_future_usage: notSpoken,
};

/** What only makes sense while confirming. */
const confirming = {
  error_on_requires_action: flag,
  mandate_data: ignored,
  off_session: flag,
  return_url: url,
};

const shared = {
  allowed_payment_method_types: methodTypes,
  capture_method: oneOf("automatic", "automatic_async"),
  expand: texts,
  payment_details: ignored,
  payment_method: text,
  payment_method_options: ignoredBut3ds,
  payment_method_types: methodTypes,
  radar_options: ignored,
  receipt_email: text,
  shipping: ignored,
  use_stripe_sdk: flag,
  ...confirming,
  ...unspoken,
};

const createSpec = {
  amount: integer(1, Number.MAX_SAFE_INTEGER),
  currency: currencyCode,
  automatic_payment_methods: hash({ enabled: flag, allow_redirects: oneOf("always", "never") }),
  confirm: flag,
  confirmation_method: oneOf("automatic"),
  customer: notSpoken,
  customer_account: notSpoken,
  on_behalf_of: notSpoken,
  payment_method_configuration: notSpoken,
  transfer_data: notSpoken,
  transfer_group: notSpoken,
  description: text,
  metadata,
  statement_descriptor: text,
  statement_descriptor_suffix: text,
  ...shared,
};

const confirmSpec = { ...shared, amount_to_confirm: notSpoken, client_secret: text };

export type CreateParams = ReturnType<typeof readCreate>;
export type ConfirmParams = ReturnType<typeof readConfirm>;

export function readCreate(form: Form, amounts: AmountLimits) {
  const params = readParams(form, createSpec);
  const amount = required(params.amount, "amount");
  const currency = required(params.currency, "currency");
  checkAmount(amount, currency, amounts);
  const early = Object.keys(confirming).find((name) => Object.hasOwn(form, name));
  if (early !== undefined && params.confirm !== true) {
    throw invalid(`You can only pass in \`${early}\` when \`confirm\` is set to true.`, { param: early });
  }
  return { ...params, amount, currency };
}

export function readConfirm(form: Form) {
  return readParams(form, confirmSpec);
}

export function readCancel(form: Form) {
  return readParams(form, {
    cancellation_reason: oneOf("duplicate", "fraudulent", "requested_by_customer", "abandoned"),
    expand: texts,
  });
}

export function readRetrieve(form: Form) {
  return readParams(form, { client_secret: text, expand: texts });
}

// Of the many options per payment method one is heard: asking for 3-D Secure.
function ignoredBut3ds(value: Parameters<Reader<unknown>>[0]): { authenticate: boolean } {
  const card = typeof value === "object" ? value["card"] : undefined;
  const wish = typeof card === "object" ? card["request_three_d_secure"] : undefined;
  return { authenticate: wish === "any" || wish === "challenge" };
}
