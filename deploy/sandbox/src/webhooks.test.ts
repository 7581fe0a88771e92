import { describe, expect, test } from "@jest/globals";

import type { SandboxOptions } from "./options.ts";
import { errorOf, NO_REDIRECT, pay, startBench, startReceiver, until, WEBHOOK_SECRET } from "./testing.ts";

async function startShop(options: Partial<SandboxOptions> = {}) {
  const receiver = await startReceiver();
  const webhook = { url: receiver.url, secret: WEBHOOK_SECRET, retryDelaysMs: [1, 1, 1] };
  const bench = await startBench({ webhook, ...options });
  const types = () => receiver.events.map(({ type }) => type).toSorted();
  return {
    ...bench,
    receiver,
    types,
    settled: () => until(() => bench.sandbox.state().deliveries.every(({ state }) => state !== "pending")),
    async [Symbol.asyncDispose]() {
      await bench.sandbox.close();
      await receiver[Symbol.asyncDispose]();
    },
  };
}

describe("webhooks", () => {
  test("tell of a payment, signed so that the SDK accepts them", async () => {
    await using shop = await startShop();
    const intent = await pay(shop.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    await shop.settled();
    expect(shop.types()).toEqual(["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]);
    const event = shop.receiver.events.find(({ type }) => type === "payment_intent.succeeded");
    expect(event).toMatchObject({
      object: "event",
      livemode: false,
      request: { idempotency_key: "charge-1" },
      data: { object: { id: intent.id, status: "succeeded" } },
    });
    expect(await shop.stripe.events.retrieve(event?.id ?? "")).toEqual(event);
    expect((await shop.stripe.events.list({ types: ["payment_intent.succeeded"] })).data).toHaveLength(1);
  });

  test("tell of a decline, a cancellation, a step to take, and a bank debit", async () => {
    await using shop = await startShop({ settlePaymentMs: 1_000_000 });
    await errorOf(pay(shop.stripe, "pm_card_visa_chargeDeclined"));
    const { id } = await pay(shop.stripe, "pm_card_authenticationRequired");
    await shop.stripe.paymentIntents.cancel(id);
    await pay(shop.stripe, "pm_usBankAccount_success");
    await shop.settled();
    expect(shop.types()).toEqual([
      "charge.failed",
      "charge.pending",
      "payment_intent.canceled",
      "payment_intent.created",
      "payment_intent.created",
      "payment_intent.created",
      "payment_intent.payment_failed",
      "payment_intent.processing",
      "payment_intent.requires_action",
    ]);
  });

  test("tell of a refund, and of its failing later", async () => {
    await using shop = await startShop({ settleRefundMs: 1 });
    const { id } = await pay(shop.stripe, "pm_card_refundFail");
    await shop.stripe.refunds.create({ payment_intent: id });
    await until(() => shop.types().includes("refund.failed"));
    await shop.settled();
    expect(shop.types().filter((type) => type.includes("refund"))).toEqual([
      "charge.refund.updated",
      "charge.refunded",
      "refund.created",
      "refund.failed",
      "refund.updated",
    ]);
  });

  test("are sent again until they are accepted", async () => {
    await using shop = await startShop();
    shop.receiver.refuse(2);
    await shop.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
    });
    await shop.settled();
    expect(shop.types()).toEqual(["payment_intent.created"]);
    expect(shop.sandbox.state().deliveries).toMatchObject([{ state: "delivered", attempts: 3, result: "200" }]);
  });

  test("are given up after the last retry", async () => {
    await using shop = await startShop();
    shop.receiver.refuse(100);
    await shop.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
    });
    await shop.settled();
    expect(shop.sandbox.state().deliveries).toMatchObject([{ state: "failed", attempts: 4, result: "503" }]);
  });

  test("are not recorded for sending while nobody is to be told", async () => {
    await using shop = await startShop();
    shop.sandbox.setWebhook(undefined);
    await pay(shop.stripe, "pm_card_visa");
    expect(shop.sandbox.state().deliveries).toEqual([]);
    expect(shop.sandbox.state().events).toHaveLength(3);
  });

  test("are dropped, doubled, or late on request", async () => {
    await using shop = await startShop({
      faults: [
        { kind: "webhook_drop", on: "^charge\\.succeeded$" },
        { kind: "webhook_double", on: "^payment_intent\\.created$" },
        { kind: "webhook_delay", on: "^payment_intent\\.succeeded$", ms: 20 },
      ],
    });
    await pay(shop.stripe, "pm_card_visa");
    await shop.settled();
    expect(shop.receiver.events.map(({ type }) => type)).toEqual([
      "payment_intent.created",
      "payment_intent.created",
      "payment_intent.succeeded",
    ]);
    expect(shop.sandbox.state().deliveries.filter(({ state }) => state === "dropped")).toMatchObject([
      { type: "charge.succeeded", attempts: 0 },
    ]);
  });

  test("overtake one another on request, the same way for the same seed", async () => {
    const orderOf = async (seed: number) => {
      await using shop = await startShop({
        seed,
        faults: [{ kind: "webhook_shuffle", ms: 1_000_000 }],
        now: () => 1_800_000_000_000,
      });
      for (let paid = 0; paid < 4; paid += 1) await pay(shop.stripe, "pm_card_visa");
      return shop.sandbox
        .state()
        .deliveries.toSorted((a, b) => a.due_ms - b.due_ms)
        .map(({ id }) => id);
    };
    const [first, same, other] = [await orderOf(7), await orderOf(7), await orderOf(8)];
    expect(first).not.toEqual(first.toSorted((a, b) => a - b));
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
  });
});
