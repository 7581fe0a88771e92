import { describe, expect, test } from "@jest/globals";

import { NO_REDIRECT, PUBLISHABLE_KEY, startBench } from "./testing.ts";

describe("a browser with the publishable key", () => {
  async function ask(url: string, form?: Record<string, string>) {
    const headers = { authorization: `Bearer ${PUBLISHABLE_KEY}` };
    const response = await fetch(
      url,
      form ? { method: "POST", headers, body: new URLSearchParams(form) } : { headers },
    );
    const body: Record<string, unknown> & { error?: Record<string, unknown> } = JSON.parse(await response.text());
    return { status: response.status, cors: response.headers.get("access-control-allow-origin"), body };
  }

  test("confirms and reads the payment whose client secret it was handed, and sees no metadata", async () => {
    await using bench = await startBench();
    const { id, client_secret: secret } = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
      metadata: { internal: "yes" },
    });
    const url = `${bench.sandbox.url}/v1/payment_intents/${id}`;
    const declined = await ask(`${url}/confirm`, {
      client_secret: secret ?? "",
      payment_method: "pm_card_visa_chargeDeclined",
    });
    expect(declined).toMatchObject({
      status: 402,
      cors: "*",
      body: { error: { code: "card_declined", payment_intent: { id } } },
    });
    expect(JSON.stringify(declined.body)).not.toContain("internal");

    const paid = await ask(`${url}/confirm`, { client_secret: secret ?? "", payment_method: "pm_card_visa" });
    expect(paid).toMatchObject({ status: 200, body: { id, status: "succeeded" } });
    const read = await ask(`${url}?client_secret=${secret}`);
    expect(read.body).toMatchObject({ id, status: "succeeded", amount: 500 });
    for (const hidden of ["metadata", "latest_charge", "amount_received"]) expect(read.body).not.toHaveProperty(hidden);
  });

  test("is refused with another secret, without one, and for anything else", async () => {
    await using bench = await startBench();
    const { id } = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
    });
    const url = `${bench.sandbox.url}/v1/payment_intents`;
    expect(await ask(`${url}/${id}?client_secret=${id}_secret_wrong`)).toMatchObject({
      status: 400,
      body: { error: { param: "client_secret" } },
    });
    expect(await ask(`${url}/${id}`)).toMatchObject({
      status: 400,
      body: { error: { code: "parameter_missing" } },
    });
    expect(await ask(url)).toMatchObject({ status: 403, body: { error: { code: "secret_key_required" } } });
    expect(await ask(`${url}/${id}/cancel`, {})).toMatchObject({ status: 403 });
    expect(await ask(`${bench.sandbox.url}/v1/refunds`, { payment_intent: id })).toMatchObject({
      status: 403,
    });
  });

  test("may ask from another origin", async () => {
    await using bench = await startBench();
    const response = await fetch(`${bench.sandbox.url}/v1/payment_intents/pi_1/confirm`, {
      method: "OPTIONS",
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
  });
});
