import { describe, expect, test } from "@jest/globals";

import { errorOf, pay, SECRET_KEY, startBench, stripeFor } from "./testing.ts";

describe("a caller", () => {
  test("without a key, or with a wrong one, is refused in Stripe’s shape", async () => {
    await using bench = await startBench();
    const stranger = stripeFor(bench.sandbox.port, { apiKey: "sk_test_51SomebodyElse" });
    const error = await errorOf(stranger.paymentIntents.list());
    expect(error).toMatchObject({
      type: "StripeAuthenticationError",
      statusCode: 401,
      rawType: "invalid_request_error",
    });
    expect(error.message).toMatch(/^Invalid API Key provided: sk_test_\*+Else$/);
    expect(error.requestId).toMatch(/^req_/);
    expect((await fetch(`${bench.sandbox.url}/v1/payment_intents`)).status).toBe(401);
  });

  test("may give the secret key as the user of basic authentication", async () => {
    await using bench = await startBench();
    const authorization = `Basic ${Buffer.from(`${SECRET_KEY}:`).toString("base64")}`;
    expect((await fetch(`${bench.sandbox.url}/v1/payment_intents`, { headers: { authorization } })).status).toBe(200);
  });

  test("meets 404 in Stripe’s shape for a path that is not spoken", async () => {
    await using bench = await startBench();
    expect(await errorOf(bench.stripe.customers.list())).toMatchObject({
      statusCode: 404,
      rawType: "invalid_request_error",
    });
    expect(await errorOf(bench.stripe.paymentIntents.retrieve("pi_nothing"))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
      param: "intent",
      message: "No such payment_intent: 'pi_nothing'",
    });
  });

  test("that sends too much is refused and the sandbox lives on", async () => {
    await using bench = await startBench();
    const headers = { authorization: `Bearer ${SECRET_KEY}` };
    const response = await fetch(`${bench.sandbox.url}/v1/payment_intents`, {
      method: "POST",
      headers,
      body: "a".repeat(100_000),
    });
    expect(response.status).toBe(413);
    expect((await pay(bench.stripe, "pm_card_visa")).status).toBe("succeeded");
  });
});

describe("parameters", () => {
  const good = { amount: "2000", currency: "usd" };
  test.each([
    ["a missing amount", { currency: "usd" }, "parameter_missing", "amount"],
    ["a missing currency", { amount: "2000" }, "parameter_missing", "currency"],
    ["an unknown name", { ...good, colour: "red" }, "parameter_unknown", "colour"],
    [
      "an unknown nested name",
      { ...good, "automatic_payment_methods[x]": "1" },
      "parameter_unknown",
      "automatic_payment_methods[x]",
    ],
    ["an amount that is no number", { ...good, amount: "20.00" }, "parameter_invalid_integer", "amount"],
    ["a negative amount", { ...good, amount: "-1" }, "parameter_invalid_integer", "amount"],
    ["an amount below the minimum", { ...good, amount: "49" }, "amount_too_small", "amount"],
    ["an amount above the maximum", { ...good, amount: "100000000" }, "amount_too_large", "amount"],
    ["an unknown currency", { ...good, currency: "zzz" }, undefined, "currency"],
    ["an empty currency", { ...good, currency: "" }, "parameter_invalid_empty", "currency"],
    ["a flag that is none", { ...good, confirm: "maybe" }, undefined, "confirm"],
    ["a return_url without confirm", { ...good, return_url: "https://shop.example" }, undefined, "return_url"],
    ["a return_url that is none", { ...good, confirm: "true", return_url: "shop" }, "url_invalid", "return_url"],
    [
      "no return_url though redirects are allowed",
      { ...good, confirm: "true", payment_method: "pm_card_visa" },
      undefined,
      "return_url",
    ],
    ["metadata that is too long", { ...good, "metadata[a]": "x".repeat(501) }, undefined, "metadata[a]"],
    ["an unknown payment method", { ...good, payment_method: "pm_unknown" }, "resource_missing", "payment_method"],
    [
      "what the sandbox does not speak",
      { ...good, "transfer_data[destination]": "acct_1" },
      undefined,
      "transfer_data",
    ],
  ])("with %s are refused", async (_what, form: Record<string, string>, code, param) => {
    await using bench = await startBench();
    const response = await fetch(`${bench.sandbox.url}/v1/payment_intents`, {
      method: "POST",
      headers: { authorization: `Bearer ${SECRET_KEY}` },
      body: new URLSearchParams(form),
    });
    expect(response.status).toBe(400);
    const { error }: { error: Record<string, string> } = JSON.parse(await response.text());
    expect(error).toMatchObject({ type: "invalid_request_error", param });
    expect(error["code"]).toBe(code);
    expect(bench.sandbox.state().payment_intents).toEqual([]);
  });
});

describe("the page", () => {
  test("shows what the sandbox holds, and no markup of others", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa", {
      metadata: { note: "<script>alert(1)</script>" },
    });
    await bench.stripe.refunds.create({ payment_intent: id });
    const html = await (await fetch(bench.sandbox.url)).text();
    expect(html).toContain(id);
    expect(html).toContain("$20.00");
    expect(html).not.toContain("<script>");
    const totals = await (await fetch(`${bench.sandbox.url}/_sandbox/totals`)).json();
    expect(totals).toMatchObject({ money: { usd: { captured: 2000, refunded: 2000, net: 0 } } });
  });
});
