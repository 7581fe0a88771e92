import { createHmac } from "node:crypto";
import { ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { startFixture, type Fixture } from "./testing/fixture.ts";
import { startSandbox, webhookSecret, type Sandbox } from "./testing/sandbox.ts";
import { until } from "@gittix/common/testing/until";

let sandbox: Sandbox;
let gittix: Fixture;

beforeAll(async () => {
  sandbox = await startSandbox();
  // Nothing but the webhook settles a charge here.
  gittix = await startFixture(sandbox, { env: { CHARGE_UNSETTLED_AFTER: "1h" } });
});

afterEach(async () => {
  await sandbox.sendWebhooksTo(null);
  await sandbox.noFaults();
});

afterAll(async () => {
  await gittix.stop();
  await sandbox.stop();
});

const buyer = uuidv7();
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A webhook as Stripe would send it, or nearly so. */
async function send(
  event: object,
  { at = nowSeconds(), secret = webhookSecret, tampered = false } = {},
): Promise<number> {
  const body = JSON.stringify(event);
  const signature = createHmac("sha256", secret).update(`${at}.${body}`).digest("hex");
  const answer = await fetch(gittix.webhookUrl, {
    method: "POST",
    headers: { "stripe-signature": `t=${at},v1=${signature}`, "content-type": "application/json" },
    body: tampered ? body.replace("succeeded", "suceeeded") : body,
  });
  return answer.status;
}

function eventOf(type: string, chargeId: string): object {
  return {
    id: "evt_1",
    object: "event",
    type,
    data: { object: { object: "payment_intent", metadata: { charge_id: chargeId } } },
  };
}

/** A payment that the browser has made, and payments does not know of yet. */
async function paidInBrowser(paymentMethod = "pm_card_visa"): Promise<{ orderId: string; chargeId: string }> {
  const orderId = gittix.orders.place(buyer);
  const { charge, clientSecret } = await gittix.as(buyer).pay(orderId, "");
  await sandbox.confirmInBrowser(clientSecret, paymentMethod);
  return { orderId, chargeId: charge?.id ?? "" };
}

const statusOf = async (orderId: string) => (await gittix.as(buyer).charge(orderId)).status;

describe("a webhook", () => {
  test("settles what the browser has paid", async () => {
    await sandbox.sendWebhooksTo(gittix.webhookUrl);
    const { orderId } = await paidInBrowser();
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    expect(gittix.of(orderId)).toHaveLength(1);
  });

  test("settles a decline in the browser, and leaves nothing that could still be paid", async () => {
    await sandbox.sendWebhooksTo(gittix.webhookUrl);
    const { orderId } = await paidInBrowser("pm_card_visa_chargeDeclined");
    await until(() => gittix.orders.status(orderId) === "CANCELLED");
    expect((await sandbox.held(orderId)).intents).toMatchObject([{ status: "canceled" }]);
  });

  test("and the caller may come at once, in either order, and twice", async () => {
    const { orderId, chargeId } = await paidInBrowser();
    const event = eventOf("payment_intent.succeeded", chargeId);
    const answers = await Promise.all([
      send(event),
      gittix.as(buyer).pay(orderId, ""),
      send(event),
      gittix.as(buyer).pay(orderId, ""),
    ]);
    expect(answers).toMatchObject([
      200,
      { charge: { status: ChargeStatus.COMPLETED } },
      200,
      { charge: { status: ChargeStatus.COMPLETED } },
    ]);
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    expect(gittix.of(orderId)).toHaveLength(1);
  });

  test("of a failure that comes after the success changes nothing", async () => {
    const { orderId, chargeId } = await paidInBrowser();
    expect(await send(eventOf("payment_intent.succeeded", chargeId))).toBe(200);
    expect(await send(eventOf("payment_intent.payment_failed", chargeId))).toBe(200);
    expect(await send(eventOf("payment_intent.canceled", chargeId))).toBe(200);
    expect(await statusOf(orderId)).toBe(ChargeStatus.COMPLETED);
  });

  test("that tells of a failure which was not the last word takes Stripe's present word", async () => {
    const { orderId, chargeId } = await paidInBrowser();
    expect(await send(eventOf("payment_intent.payment_failed", chargeId))).toBe(200);
    expect(await statusOf(orderId)).toBe(ChargeStatus.COMPLETED);
  });

  test("that is tampered with, unsigned, foreign or too old is refused, and changes nothing", async () => {
    const { orderId, chargeId } = await paidInBrowser();
    const event = eventOf("payment_intent.succeeded", chargeId);
    expect(await send(event, { tampered: true })).toBe(400);
    expect(await send(event, { secret: "whsec_other" })).toBe(400);
    expect(await send(event, { at: nowSeconds() - 301 })).toBe(400);
    expect((await fetch(gittix.webhookUrl, { method: "POST", body: JSON.stringify(event) })).status).toBe(400);
    expect(await statusOf(orderId)).toBe(ChargeStatus.CREATED);
    expect(await send(event)).toBe(200);
  });

  test("that payments does not know is accepted and ignored", async () => {
    expect(await send(eventOf("payment_intent.created", uuidv7()))).toBe(200);
    expect(await send(eventOf("payment_intent.succeeded", uuidv7()))).toBe(200);
    expect(
      await send({ id: "evt_2", object: "event", type: "customer.created", data: { object: { object: "customer" } } }),
    ).toBe(200);
  });

  test("that cannot be handled now is answered with an error, and comes again", async () => {
    const { orderId, chargeId } = await paidInBrowser();
    await sandbox.fault({ kind: "error_before", on: "GET /v1/payment_intents", count: 1 });
    const event = eventOf("payment_intent.succeeded", chargeId);
    expect(await send(event)).toBe(500);
    expect(await statusOf(orderId)).toBe(ChargeStatus.CREATED);
    expect(await send(event)).toBe(200);
    expect(await statusOf(orderId)).toBe(ChargeStatus.COMPLETED);
  });
});

test("there is no webhook route without its secret", async () => {
  const without = await startFixture(sandbox, { env: { STRIPE_WEBHOOK_SECRET: "" } });
  expect((await fetch(without.webhookUrl, { method: "POST", body: "{}" })).status).toBe(404);
  await without.stop();
});
