import { durationMs, optional, readConfig, text, whole, type Env, type Setting } from "@gittix/common/config";
import { platformSettings } from "@gittix/common/platform-settings";

/** readPaymentsConfig reads the environment of the payments service. */
export function readPaymentsConfig(env: Env) {
  return readConfig(env, {
    ...platformSettings,
    ordersAddress: text("ORDERS_ADDRESS"),
    /** Where Stripe's API is, or something that speaks it. */
    stripeApiBase: origin("STRIPE_API_BASE", "https://api.stripe.com"),
    stripeSecretKey: text("STRIPE_SECRET_KEY"),
    /** Given to browsers; empty tells them that the payments are not real. */
    stripePublishableKey: text("STRIPE_PUBLISHABLE_KEY", ""),
    /** Signs Stripe's webhooks; without it there is no webhook route. */
    stripeWebhookSecret: optional("STRIPE_WEBHOOK_SECRET"),
    /** How long one request to Stripe may take, and how often the SDK tries it again at once. */
    stripeTimeoutMs: durationMs("STRIPE_TIMEOUT", { min: "100ms", max: "1m" }, "10s"),
    stripeRetriesMax: whole("STRIPE_RETRIES_MAX", { min: 0, max: 2 }, 1),
    /** A charge that nothing has settled for this long is looked after by itself, */
    unsettledAfterMs: durationMs("CHARGE_UNSETTLED_AFTER", { min: "100ms", max: "1h" }, "30s"),
    /** then again after this, twice this, and so on up to a minute. */
    settleBackoffMs: durationMs("CHARGE_SETTLE_BACKOFF", { min: "10ms", max: "1m" }, "1s"),
    settleEveryMs: durationMs("CHARGE_SETTLE_EVERY", { min: "10ms", max: "1h" }, "1s"),
  });
}

/** Origin is the part of an address that says where a server is. */
export interface Origin {
  readonly protocol: "http" | "https";
  readonly host: string;
  readonly port: number;
}

function origin(variable: string, fallback: string): Setting<Origin> {
  return {
    variable,
    read: (value) => {
      const url = URL.parse(value ?? fallback);
      const protocol = url?.protocol === "https:" ? "https" : url?.protocol === "http:" ? "http" : undefined;
      if (!url || !protocol || url.pathname !== "/" || url.search !== "" || url.username !== "") {
        throw new Error("must be an address such as https://api.stripe.com, without a path");
      }
      return { protocol, host: url.hostname, port: Number(url.port) || (protocol === "https" ? 443 : 80) };
    },
  };
}
