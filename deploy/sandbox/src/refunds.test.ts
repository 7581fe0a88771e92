import { describe, expect, test } from "@jest/globals";

import { idOf } from "./events.ts";
import { errorOf, NO_REDIRECT, pay, startBench, until } from "./testing.ts";

describe("a refund", () => {
  test("gives everything back, once", async () => {
    await using bench = await startBench();
    const { id, latest_charge: charge } = await pay(bench.stripe, "pm_card_visa");
    const refund = await bench.stripe.refunds.create({
      payment_intent: id,
      reason: "requested_by_customer",
      metadata: { order_id: "o-1" },
    });
    expect(refund).toMatchObject({
      status: "succeeded",
      amount: 2000,
      payment_intent: id,
      charge,
      metadata: { order_id: "o-1" },
    });
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({ id: refund.id });
    expect(await bench.stripe.charges.retrieve(idOf(charge))).toMatchObject({
      refunded: true,
      amount_refunded: 2000,
    });
    expect(await errorOf(bench.stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      statusCode: 400,
      code: "charge_already_refunded",
    });
    expect(bench.sandbox.totals().money).toEqual({ usd: { captured: 2000, refunded: 2000, net: 0 } });
  });

  test("of a part leaves the rest, and never gives back more than was paid", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa");
    await bench.stripe.refunds.create({ payment_intent: id, amount: 1500 });
    const error = await errorOf(bench.stripe.refunds.create({ payment_intent: id, amount: 501 }));
    expect(error).toMatchObject({ statusCode: 400, param: "amount" });
    expect(error.message).toContain("$5.01");
    const rest = await bench.stripe.refunds.create({ payment_intent: id });
    expect(rest.amount).toBe(500);
    expect((await bench.stripe.refunds.list({ payment_intent: id })).data).toHaveLength(2);
  });

  test("of a payment that took no money is refused", async () => {
    await using bench = await startBench();
    const { id } = await bench.stripe.paymentIntents.create({
      amount: 500,
      currency: "usd",
      automatic_payment_methods: NO_REDIRECT,
    });
    expect((await errorOf(bench.stripe.refunds.create({ payment_intent: id }))).message).toContain(
      "does not have a successful charge",
    );
    expect(await errorOf(bench.stripe.refunds.create({ payment_intent: "pi_nothing" }))).toMatchObject({
      statusCode: 404,
      code: "resource_missing",
    });
  });

  test("to pm_card_pendingRefund is pending and succeeds later", async () => {
    await using bench = await startBench({ settleRefundMs: 1_000_000 });
    const { id } = await pay(bench.stripe, "pm_card_pendingRefund");
    const refund = await bench.stripe.refunds.create({ payment_intent: id });
    expect(refund.status).toBe("pending");
    bench.sandbox.settle();
    expect((await bench.stripe.refunds.retrieve(refund.id)).status).toBe("succeeded");
  });

  test("to pm_card_refundFail seems to succeed and fails by itself later, and may be tried again", async () => {
    await using bench = await startBench({ settleRefundMs: 1 });
    const { id } = await pay(bench.stripe, "pm_card_refundFail");
    const refund = await bench.stripe.refunds.create({ payment_intent: id });
    expect(refund.status).toBe("succeeded");
    await until(() => bench.sandbox.totals().refunds["failed"] === 1);
    expect(await bench.stripe.refunds.retrieve(refund.id)).toMatchObject({
      status: "failed",
      failure_reason: "expired_or_canceled_card",
    });
    expect(bench.sandbox.totals().money).toEqual({ usd: { captured: 2000, refunded: 0, net: 2000 } });
    const again = await bench.stripe.refunds.create({ payment_intent: id });
    expect(again.id).not.toBe(refund.id);
  });

  test("shows on the charge and on the payment when asked to expand", async () => {
    await using bench = await startBench();
    const { id } = await pay(bench.stripe, "pm_card_visa");
    const refund = await bench.stripe.refunds.create({
      payment_intent: id,
      expand: ["charge", "payment_intent"],
    });
    expect(refund).toMatchObject({ charge: { amount_refunded: 2000 }, payment_intent: { id } });
    const intent = await bench.stripe.paymentIntents.retrieve(id, { expand: ["latest_charge.refunds"] });
    expect(intent.latest_charge).toMatchObject({ refunds: { data: [{ id: refund.id }] } });
    const error = await errorOf(bench.stripe.paymentIntents.retrieve(id, { expand: ["status"] }));
    expect(error.message).toContain("cannot be expanded");
  });
});
