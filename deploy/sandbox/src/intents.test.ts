import { describe, expect, test } from "@jest/globals";

import { errorOf, NO_REDIRECT, pay, startBench } from "./testing.ts";

describe("a payment", () => {
  test("succeeds in one call with a good card", async () => {
    await using bench = await startBench();
    const intent = await pay(bench.stripe, "pm_card_visa", {
      metadata: { charge_id: "c-1" },
      expand: ["latest_charge"],
    });
    expect(intent).toMatchObject({
      status: "succeeded",
      amount_received: 2000,
      metadata: { charge_id: "c-1" },
      last_payment_error: null,
    });
    expect(intent.latest_charge).toMatchObject({
      object: "charge",
      paid: true,
      amount_captured: 2000,
      payment_intent: intent.id,
    });
    expect(await bench.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      id: intent.id,
      status: "succeeded",
    });
  });

  test("is opened without a card and confirmed with one later", async () => {
    await using bench = await startBench();
    const opened = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "eur",
      automatic_payment_methods: NO_REDIRECT,
    });
    expect(opened.status).toBe("requires_payment_method");
    expect(opened.client_secret).toMatch(new RegExp(`^${opened.id}_secret_`));
    const paid = await bench.stripe.paymentIntents.confirm(opened.id, {
      payment_method: "pm_card_mastercard",
    });
    expect(paid.status).toBe("succeeded");
  });

  test.each([
    ["pm_card_visa_chargeDeclined", "card_declined", "generic_decline"],
    ["pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"],
    ["pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"],
    ["pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"],
    ["pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"],
    ["pm_card_chargeDeclinedFraudulent", "card_declined", "fraudulent"],
    ["pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"],
    ["pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"],
    ["pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"],
  ])("is declined with %s, and says why", async (card, code, declineCode) => {
    await using bench = await startBench();
    const error = await errorOf(pay(bench.stripe, card));
    expect(error).toMatchObject({
      type: "StripeCardError",
      statusCode: 402,
      code,
      decline_code: declineCode,
    });
    expect(error.payment_intent).toMatchObject({
      status: "requires_payment_method",
      payment_method: null,
      last_payment_error: { type: "card_error", code, decline_code: declineCode },
    });
    const intent = await bench.stripe.paymentIntents.retrieve(error.payment_intent?.id ?? "", {
      expand: ["latest_charge"],
    });
    expect(intent.latest_charge).toMatchObject({ status: "failed", failure_code: code, amount_captured: 0 });
  });

  test("that was declined can be paid with another card", async () => {
    await using bench = await startBench();
    const { payment_intent: declined } = await errorOf(pay(bench.stripe, "pm_card_visa_chargeDeclined"));
    const paid = await bench.stripe.paymentIntents.confirm(declined?.id ?? "", {
      payment_method: "pm_card_visa",
    });
    expect(paid).toMatchObject({ status: "succeeded", last_payment_error: null });
    expect(bench.sandbox.totals().money).toEqual({ usd: { captured: 2000, refunded: 0, net: 2000 } });
  });

  test("is confirmed once only", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa");
    const error = await errorOf(bench.stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }));
    expect(error).toMatchObject({
      statusCode: 400,
      code: "payment_intent_unexpected_state",
      payment_intent: { id, status: "succeeded" },
    });
    expect(bench.sandbox.totals().money["usd"]?.captured).toBe(2000);
  });

  test("that is cancelled can neither be paid nor cancelled again", async () => {
    await using bench = await startBench();
    const { id } = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
    });
    const canceled = await bench.stripe.paymentIntents.cancel(id, { cancellation_reason: "abandoned" });
    expect(canceled).toMatchObject({
      status: "canceled",
      cancellation_reason: "abandoned",
      canceled_at: expect.any(Number),
    });
    const refusals = [
      bench.stripe.paymentIntents.confirm(id, { payment_method: "pm_card_visa" }),
      bench.stripe.paymentIntents.cancel(id),
    ];
    for (const refusal of refusals)
      expect(await errorOf(refusal)).toMatchObject({ code: "payment_intent_unexpected_state" });
  });

  test("that is paid cannot be cancelled", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa");
    expect(await errorOf(bench.stripe.paymentIntents.cancel(id))).toMatchObject({
      code: "payment_intent_unexpected_state",
      payment_intent: { status: "succeeded" },
    });
  });

  test("by bank debit is processing until it settles, either way", async () => {
    await using bench = await startBench({ settlePaymentMs: 1_000_000 });
    const good = await pay(bench.stripe, "pm_usBankAccount_success");
    const poor = await pay(bench.stripe, "pm_usBankAccount_insufficientFunds");
    expect([good.status, poor.status]).toEqual(["processing", "processing"]);
    expect(await errorOf(bench.stripe.paymentIntents.cancel(good.id))).toMatchObject({
      code: "payment_intent_unexpected_state",
    });
    bench.sandbox.settle();
    expect(await bench.stripe.paymentIntents.retrieve(good.id)).toMatchObject({
      status: "succeeded",
      amount_received: 2000,
    });
    expect(await bench.stripe.paymentIntents.retrieve(poor.id)).toMatchObject({
      status: "requires_payment_method",
      last_payment_error: { code: "insufficient_funds" },
    });
  });

  test("by a bank debit that never settles can be cancelled", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_usBankAccount_processing");
    expect((await bench.stripe.paymentIntents.cancel(id)).status).toBe("canceled");
  });
});
