import { Code, ConnectError } from "@connectrpc/connect";
import { reasonOf } from "@gittix/common/errors";
import { ChargeStatus, FailureReason } from "@gittix/proto/payments/v1/charge";
import { BadRequestSchema } from "@gittix/proto/google/rpc/error_details";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { startFixture, type Fixture } from "./testing/fixture.ts";
import { startSandbox, type Sandbox } from "./testing/sandbox.ts";
import { until } from "@gittix/common/testing/until";

let sandbox: Sandbox;
let gittix: Fixture;

beforeAll(async () => {
  sandbox = await startSandbox();
  gittix = await startFixture(sandbox);
});

afterEach(() => sandbox.noFaults());

afterAll(async () => {
  await gittix.stop();
  await sandbox.stop();
});

const buyer = uuidv7();
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("paying for an order", () => {
  test("takes the order's price, tells so, and completes the order", async () => {
    const orderId = gittix.orders.place(buyer, 1250);
    const { charge, clientSecret } = await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(charge).toMatchObject({ orderId, buyerId: buyer, status: ChargeStatus.COMPLETED, stripeRefundId: "" });
    expect(charge?.amount).toMatchObject({ amountMinor: 1250, currencyCode: "USD" });
    expect(clientSecret).toBe("");
    expect(await sandbox.held(orderId)).toMatchObject({
      intents: [{ id: charge?.stripeId, status: "succeeded", amount: 1250, currency: "usd" }],
      attempts: [{ amount_captured: 1250, amount_refunded: 0 }],
    });
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    expect(gittix.of(orderId)).toMatchObject([{ type: "ChargeCreated", charge: { status: ChargeStatus.COMPLETED } }]);
    expect(await gittix.as(buyer).charge(orderId)).toEqual(charge);
  });

  test.each([
    ["pm_card_visa_chargeDeclined", FailureReason.CARD_DECLINED],
    ["pm_card_visa_chargeDeclinedInsufficientFunds", FailureReason.INSUFFICIENT_FUNDS],
    ["pm_card_visa_chargeDeclinedLostCard", FailureReason.CARD_DECLINED],
    ["pm_card_chargeDeclinedExpiredCard", FailureReason.CARD_EXPIRED],
    ["pm_card_chargeDeclinedIncorrectCvc", FailureReason.INCORRECT_CVC],
    ["pm_card_chargeDeclinedProcessingError", FailureReason.PROCESSING_ERROR],
  ])("with %s fails for good, leaves nothing open, and cancels the order", async (method, failureReason) => {
    const orderId = gittix.orders.place(buyer);
    const { charge } = await gittix.as(buyer).pay(orderId, method);
    expect(charge).toMatchObject({ status: ChargeStatus.FAILED, failureReason });
    expect(await sandbox.held(orderId)).toMatchObject({
      intents: [{ status: "canceled" }],
      attempts: [{ amount_captured: 0 }],
    });
    await until(() => gittix.orders.status(orderId) === "CANCELLED");
    expect((await gittix.as(buyer).pay(orderId, "pm_card_visa")).charge).toEqual(charge);
    expect(gittix.of(orderId)).toHaveLength(1);
  });

  test("charges once, however often and with whatever it is asked for at once", async () => {
    const orderId = gittix.orders.place(buyer);
    const methods = [
      "pm_card_visa",
      "pm_card_visa",
      "pm_card_mastercard",
      "pm_card_visa",
      "pm_card_amex",
      "pm_card_visa",
    ];
    const answers = await Promise.all(methods.map((method) => gittix.as(buyer).pay(orderId, method)));
    expect(answers.map(({ charge }) => charge?.status)).toEqual(methods.map(() => ChargeStatus.COMPLETED));
    expect(new Set(answers.map(({ charge }) => charge?.id)).size).toBe(1);
    const { intents, attempts } = await sandbox.held(orderId);
    expect([intents.length, attempts.length]).toEqual([1, 1]);
    expect((await gittix.as(buyer).pay(orderId, "pm_card_jcb")).charge).toEqual(answers[0]?.charge);
    expect(gittix.of(orderId)).toHaveLength(1);
  });

  test("shows nobody another user's order or charge", async () => {
    const orderId = gittix.orders.place(buyer);
    const stranger = gittix.as(uuidv7());
    const refusals = async () => [
      reasonOf(await refusal(stranger.pay(orderId, "pm_card_visa"))),
      reasonOf(await refusal(stranger.charge(orderId))),
    ];
    expect(await refusals()).toEqual(["ORDER_NOT_FOUND", "CHARGE_NOT_FOUND"]);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(await refusals()).toEqual(["ORDER_NOT_FOUND", "CHARGE_NOT_FOUND"]);
  });

  test("is refused for an order that has ended, with the reason of orders", async () => {
    const orderId = gittix.orders.place(buyer);
    gittix.orders.endSilently(orderId);
    expect(reasonOf(await refusal(gittix.as(buyer).pay(orderId, "pm_card_visa")))).toBe("ORDER_CANCELLED");
    expect((await sandbox.held(orderId)).intents).toEqual([]);
  });

  test("with an unknown payment method is refused at the field, and another one pays", async () => {
    const orderId = gittix.orders.place(buyer);
    const unknown = await refusal(gittix.as(buyer).pay(orderId, "pm_nobody_knows"));
    expect(reasonOf(unknown)).toBe("PAYMENT_METHOD_INVALID");
    const [details] = unknown instanceof ConnectError ? unknown.findDetails(BadRequestSchema) : [];
    expect(details?.fieldViolations).toMatchObject([{ field: "payment_method_id" }]);
    expect(reasonOf(await refusal(gittix.as(buyer).pay(orderId, "pm_nobody_knows")))).toBe("PAYMENT_METHOD_INVALID");
    expect(gittix.orders.status(orderId)).toBe("AWAITING_PAYMENT");
    const { charge } = await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(charge?.status).toBe(ChargeStatus.COMPLETED);
    expect((await sandbox.held(orderId)).intents).toHaveLength(1);
  });

  test("fails when Stripe refuses the amount", async () => {
    const orderId = gittix.orders.place(buyer, 1);
    const { charge } = await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(charge).toMatchObject({
      status: ChargeStatus.FAILED,
      failureReason: FailureReason.PROCESSING_ERROR,
      stripeId: "",
    });
  });

  test("needs a signed-in user; the settings of the payment form need none", async () => {
    const config = await gittix.operator.config();
    expect(config.publishableKey).toBe("pk_test_payments");
    const anonymous = await refusal(gittix.as("").charge(uuidv7()));
    expect(anonymous instanceof ConnectError && anonymous.code).toBe(Code.Unauthenticated);
  });
});

describe("paying in the browser", () => {
  test("needs no payment method here: the client secret is handed out, and the outcome is found by itself", async () => {
    const orderId = gittix.orders.place(buyer);
    const begun = await gittix.as(buyer).pay(orderId, "");
    expect(begun.charge?.status).toBe(ChargeStatus.CREATED);
    await sandbox.confirmInBrowser(begun.clientSecret, "pm_card_visa");
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    const again = await gittix.as(buyer).pay(orderId, "");
    expect(again).toMatchObject({ charge: { status: ChargeStatus.COMPLETED }, clientSecret: "" });
  });

  test("leads through the authentication of a card, and back", async () => {
    const orderId = gittix.orders.place(buyer);
    const begun = await gittix.as(buyer).pay(orderId, "pm_card_threeDSecure2Required");
    expect(begun.charge?.status).toBe(ChargeStatus.CREATED);
    expect(begun.clientSecret).toContain(begun.charge?.stripeId);
    await sandbox.authenticate(begun.charge?.stripeId ?? "", "complete");
    expect((await gittix.as(buyer).pay(orderId, "pm_card_threeDSecure2Required")).charge?.status).toBe(
      ChargeStatus.COMPLETED,
    );
  });

  test("fails when the buyer does not authenticate", async () => {
    const orderId = gittix.orders.place(buyer);
    const begun = await gittix.as(buyer).pay(orderId, "pm_card_threeDSecure2Required");
    await sandbox.authenticate(begun.charge?.stripeId ?? "", "fail");
    const { charge } = await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(charge).toMatchObject({ status: ChargeStatus.FAILED, failureReason: FailureReason.AUTHENTICATION_FAILED });
  });

  test("waits for a bank that takes its time", async () => {
    const orderId = gittix.orders.place(buyer);
    const { charge } = await gittix.as(buyer).pay(orderId, "pm_usBankAccount_success");
    expect(charge?.status).toBe(ChargeStatus.CREATED);
    await sandbox.settle();
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
  });
});

test("no secret gets into the log", async () => {
  const orderId = gittix.orders.place(buyer);
  await sandbox.fault({ kind: "error_after", on: "confirm$", count: 1 });
  const { clientSecret } = await gittix.as(buyer).pay(gittix.orders.place(buyer), "");
  await refusal(gittix.as(buyer).pay(orderId, "pm_card_visa_chargeDeclined"));
  await until(() => gittix.orders.status(orderId) === "CANCELLED");
  expect(gittix.log()).toContain(orderId);
  expect(gittix.log()).not.toContain(clientSecret.split("_secret_")[1]);
  expect(gittix.log()).not.toMatch(/_secret_|sk_test|pm_card|eyJ/);
});
