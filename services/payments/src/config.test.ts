import { ConfigError } from "@gittix/common/config";
import { describe, expect, test } from "@jest/globals";
import { readPaymentsConfig } from "./config.ts";

const required = {
  DATABASE_URL: "sqlite:payments.db",
  USER_KEYS_URL: "http://127.0.0.1/jwks",
  SERVICE_KEYS: "{}",
  ORDERS_ADDRESS: "127.0.0.1:1",
  STRIPE_SECRET_KEY: "sk_test_1",
};

describe("the settings of payments", () => {
  test("speak to Stripe itself unless told otherwise", () => {
    const config = readPaymentsConfig(required);
    expect(config.stripeApiBase).toEqual({ protocol: "https", host: "api.stripe.com", port: 443 });
    expect(config).toMatchObject({ stripePublishableKey: "", stripeWebhookSecret: undefined, stripeTimeoutMs: 10_000 });
  });

  test("take another address as it is", () => {
    const { stripeApiBase } = readPaymentsConfig({ ...required, STRIPE_API_BASE: "http://127.0.0.1:1234" });
    expect(stripeApiBase).toEqual({ protocol: "http", host: "127.0.0.1", port: 1234 });
  });

  test.each(["stripe", "ftp://host", "https://host/v1", "https://user@host"])(
    "refuse %s as Stripe's address",
    (base) => {
      expect(() => readPaymentsConfig({ ...required, STRIPE_API_BASE: base })).toThrow(ConfigError);
    },
  );

  test("have no default for the secret key", () => {
    expect(() => readPaymentsConfig({ ...required, STRIPE_SECRET_KEY: "" })).toThrow("STRIPE_SECRET_KEY is missing");
  });
});
