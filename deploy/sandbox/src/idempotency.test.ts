import { describe, expect, test } from "@jest/globals";

import { errorOf, pay, startBench, until } from "./testing.ts";

describe("an idempotency key", () => {
  test("gives the first answer again and works once", async () => {
    await using bench = await startBench();
    const first = await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    const again = await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    expect(again).toEqual(first);
    expect(first.lastResponse.headers["idempotent-replayed"]).toBeUndefined();
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(again.lastResponse.headers["original-request"]).toBe(first.lastResponse.requestId);
    expect(bench.sandbox.totals().payment_intents).toEqual({ succeeded: 1 });
  });

  test("gives a decline again, though the card would be good by now", async () => {
    await using bench = await startBench();
    const decline = () => errorOf(pay(bench.stripe, "pm_card_visa_chargeDeclined", {}, { idempotencyKey: "charge-1" }));
    const [first, again] = [await decline(), await decline()];
    expect(again).toMatchObject({ statusCode: 402, code: "card_declined" });
    expect(again.payment_intent?.id).toBe(first.payment_intent?.id);
    expect(again.headers?.["idempotent-replayed"]).toBe("true");
  });

  test("with other parameters, or at another endpoint, is refused", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    const other = await errorOf(pay(bench.stripe, "pm_card_visa", { amount: 2001 }, { idempotencyKey: "charge-1" }));
    expect(other).toMatchObject({
      type: "StripeIdempotencyError",
      statusCode: 400,
      rawType: "idempotency_error",
    });
    const elsewhere = await errorOf(
      bench.stripe.refunds.create({ payment_intent: id }, { idempotencyKey: "charge-1" }),
    );
    expect(elsewhere).toMatchObject({ type: "StripeIdempotencyError", statusCode: 400 });
  });

  test("whose first request is still at work is in use", async () => {
    await using bench = await startBench({ faults: [{ kind: "latency", ms: 60_000, count: 1 }] });
    const slow = pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" }).catch(() => "cut off");
    await until(() => bench.sandbox.faults.list()[0]?.struck === 1);
    const error = await errorOf(pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" }));
    expect(error).toMatchObject({
      statusCode: 409,
      code: "idempotency_key_in_use",
      rawType: "idempotency_error",
    });
    await bench.sandbox.close();
    expect(await slow).toBe("cut off");
  });

  test("is free again after a request that failed validation", async () => {
    await using bench = await startBench();
    const wrong = await errorOf(pay(bench.stripe, "pm_card_visa", { amount: 1 }, { idempotencyKey: "charge-1" }));
    expect(wrong.code).toBe("amount_too_small");
    expect((await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" })).status).toBe("succeeded");
  });

  test("keeps a refusal that came while executing", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa");
    const cancel = () => errorOf(bench.stripe.paymentIntents.cancel(id, {}, { idempotencyKey: "cancel-1" }));
    await cancel();
    expect(await cancel()).toMatchObject({
      code: "payment_intent_unexpected_state",
      headers: { "idempotent-replayed": "true" },
    });
  });

  test("is forgotten after a day", async () => {
    let ms = Date.now();
    await using bench = await startBench({ now: () => ms });
    await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    ms += 25 * 60 * 60 * 1000;
    bench.sandbox.forget();
    await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    expect(bench.sandbox.totals().payment_intents).toEqual({ succeeded: 2 });
  });
});
