import { invalid, unauthorized } from "./errors.ts";
import type { Form } from "./form.ts";
import type { PaymentIntent } from "./types.ts";

export type Keys = { secretKey: string; publishableKey: string };
export type Caller = "merchant" | "browser";

/** callerOf tells the merchant's server, with the secret key, from a buyer's browser. */
export function callerOf(keys: Keys, authorization: string | undefined, form: Form): Caller {
  const given = keyIn(authorization) ?? (typeof form["key"] === "string" ? form["key"] : undefined);
  if (given === undefined || given === "") throw unauthorized(NO_KEY);
  if (given === keys.secretKey) return "merchant";
  if (given === keys.publishableKey) return "browser";
  throw unauthorized(`Invalid API Key provided: ${masked(given)}`);
}

/** checkClientSecret lets a browser at the one payment whose secret it was handed. */
export function checkClientSecret(caller: Caller, intent: PaymentIntent, given: string | undefined): void {
  if (given === intent.client_secret) return;
  if (given === undefined && caller === "merchant") return;
  if (given === undefined)
    throw invalid("Missing required param: client_secret.", {
      code: "parameter_missing",
      param: "client_secret",
    });
  const message = "The client_secret provided does not match the client_secret associated with the PaymentIntent.";
  throw invalid(message, { code: "payment_intent_invalid_parameter", param: "client_secret" });
}

export function merchantOnly(caller: Caller): void {
  if (caller === "merchant") return;
  const message = "This API call cannot be made with a publishable API key. Please use a secret API key.";
  throw unauthorized(message, 403, "secret_key_required");
}

const BROWSER_FIELDS = [
  "id",
  "object",
  "amount",
  "automatic_payment_methods",
  "canceled_at",
  "cancellation_reason",
  "capture_method",
  "client_secret",
  "confirmation_method",
  "created",
  "currency",
  "description",
  "last_payment_error",
  "livemode",
  "next_action",
  "payment_method",
  "payment_method_types",
  "processing",
  "receipt_email",
  "setup_future_usage",
  "shipping",
  "source",
  "status",
] as const;

/** browserView leaves out what is between the merchant and Stripe, such as the metadata. */
export function browserView(intent: PaymentIntent): Partial<PaymentIntent> {
  return Object.fromEntries(BROWSER_FIELDS.map((field) => [field, intent[field]]));
}

const NO_KEY =
  "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: " +
  "Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.";

function keyIn(authorization = ""): string | undefined {
  const [scheme = "", value = ""] = authorization.split(" ", 2);
  if (/^bearer$/i.test(scheme)) return value;
  if (/^basic$/i.test(scheme)) return Buffer.from(value, "base64").toString("utf8").split(":")[0];
  return undefined;
}

function masked(key: string): string {
  return key.length <= 12 ? "*".repeat(key.length) : `${key.slice(0, 8)}${"*".repeat(key.length - 12)}${key.slice(-4)}`;
}
