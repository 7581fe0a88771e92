import { describe, expect, test } from "@jest/globals";
import type { Stripe } from "stripe";

import { errorOf, pay, startBench } from "./testing.ts";

const RETURN_URL = "https://shop.example/orders/7?tab=pay";

async function answerChallenge(intent: Stripe.PaymentIntent, outcome: "complete" | "fail"): Promise<URL> {
  const response = await fetch(intent.next_action?.redirect_to_url?.url ?? "", {
    method: "POST",
    body: new URLSearchParams({ outcome }),
    redirect: "manual",
  });
  expect(response.status).toBe(303);
  return new URL(response.headers.get("location") ?? "");
}

describe("a card that needs authentication", () => {
  test("leads the buyer to the bank and, completed, back to the shop", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_authenticationRequired", { return_url: RETURN_URL });
    expect(intent).toMatchObject({
      status: "requires_action",
      amount_received: 0,
      next_action: {
        type: "redirect_to_url",
        redirect_to_url: { return_url: RETURN_URL, url: `${bench.sandbox.url}/3ds/${intent.id}` },
      },
    });
    const page = await fetch(intent.next_action?.redirect_to_url?.url ?? "");
    expect(await page.text()).toContain("Complete authentication");

    const back = await answerChallenge(intent, "complete");
    expect(back.href).toContain("https://shop.example/orders/7?tab=pay&");
    expect(Object.fromEntries(back.searchParams)).toEqual({
      tab: "pay",
      payment_intent: intent.id,
      payment_intent_client_secret: intent.client_secret,
      redirect_status: "succeeded",
    });
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: "succeeded",
      next_action: null,
    });
  });

  test("is not charged when the buyer fails to authenticate", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_authenticationRequired", { return_url: RETURN_URL });
    const back = await answerChallenge(intent, "fail");
    expect(back.searchParams.get("redirect_status")).toBe("failed");
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "payment_intent_authentication_failure" },
    });
    expect(bench.sandbox.totals().money).toEqual({});
  });

  test("can be declined after the authentication", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_threeDSecureRequiredChargeDeclined", {
      return_url: RETURN_URL,
    });
    const back = await answerChallenge(intent, "complete");
    expect(back.searchParams.get("redirect_status")).toBe("failed");
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      last_payment_error: { code: "card_declined" },
    });
  });

  test("is not charged when the payment was cancelled while the buyer was at the bank", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_authenticationRequired", { return_url: RETURN_URL });
    await bench.stripe.paymentIntents.cancel(intent.id);
    const back = await answerChallenge(intent, "complete");
    expect(back.searchParams.get("redirect_status")).toBe("failed");
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: "canceled",
      amount_received: 0,
    });
  });

  test("is charged once, however often the buyer answers", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_authenticationRequired", { return_url: RETURN_URL });
    await answerChallenge(intent, "complete");
    await answerChallenge(intent, "complete");
    await answerChallenge(intent, "fail");
    expect(bench.sandbox.totals()).toMatchObject({
      money: { usd: { captured: 2000 } },
      payment_intents: { succeeded: 1 },
    });
  });

  test("hands the step to the shop’s own page when there is no return_url", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_authenticationRequired");
    expect(intent.next_action).toMatchObject({
      type: "use_stripe_sdk",
      use_stripe_sdk: { stripe_js: `${bench.sandbox.url}/3ds/${intent.id}` },
    });
  });

  test.each([{ off_session: true }, { error_on_requires_action: true }])(
    "is a decline when nobody is there to authenticate (%j)",
    async (more) => {
      await using bench = await startBench();
      expect(await errorOf(pay(bench.stripe, "pm_card_authenticationRequired", more))).toMatchObject({
        statusCode: 402,
        code: "authentication_required",
        payment_intent: { status: "requires_payment_method" },
      });
    },
  );

  test("that need not authenticates only if the request wants it", async () => {
    await using bench = await startBench();
    const wanting = { payment_method_options: { card: { request_three_d_secure: "any" as const } } };
    expect((await pay(bench.stripe, "pm_card_threeDSecureOptional")).status).toBe("succeeded");
    expect((await pay(bench.stripe, "pm_card_threeDSecureOptional", wanting)).status).toBe("requires_action");
  });
});
