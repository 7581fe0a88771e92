import { reasonOf } from "@gittix/common/errors";
import { ChargeStatus, FailureReason } from "@gittix/proto/payments/v1/charge";
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

afterEach(async () => {
  gittix.orders.beforeBegin = async () => {};
  await sandbox.noFaults();
});

afterAll(async () => {
  await gittix.stop();
  await sandbox.stop();
});

const buyer = uuidv7();
const refunding = "POST /v1/refunds$";
const events = (orderId: string) => gittix.of(orderId).map(({ type }) => type);
const charge = (orderId: string) => gittix.as(buyer).charge(orderId);
const refunded = (orderId: string) => until(async () => (await charge(orderId)).stripeRefundId !== "");
const failed = (orderId: string) => until(async () => (await charge(orderId)).status === ChargeStatus.FAILED);

async function expectRefundedOnce(orderId: string): Promise<void> {
  const held = await sandbox.held(orderId);
  expect(held).toMatchObject({
    attempts: [{ amount_captured: 1250, amount_refunded: 1250 }],
    refunds: [{ amount: 1250 }],
  });
  expect(await charge(orderId)).toMatchObject({ status: ChargeStatus.COMPLETED, stripeRefundId: held.refunds[0]?.id });
  expect(events(orderId)).toEqual(["ChargeCreated", "ChargeRefunded"]);
}

describe("an order that ends before it is paid", () => {
  test("while the payment begins is never charged, and Stripe is not asked", async () => {
    const orderId = gittix.orders.place(buyer);
    // The order ends right after orders has let the payment begin.
    gittix.orders.beforeBegin = async () => {
      await gittix.orders.publishEnd(orderId, "BUYER");
      await until(() => gittix.heard.has(orderId));
    };
    const answer = await gittix.as(buyer).pay(orderId, "pm_card_visa");
    expect(answer.charge).toMatchObject({
      status: ChargeStatus.FAILED,
      failureReason: FailureReason.ORDER_ENDED,
      stripeId: "",
    });
    expect((await sandbox.held(orderId)).intents).toEqual([]);
  });

  test.each(["BUYER", "EXPIRED"] as const)(
    "(%s) while the buyer authenticates has its payment cancelled",
    async (reason) => {
      const orderId = gittix.orders.place(buyer);
      await gittix.as(buyer).pay(orderId, "pm_card_threeDSecure2Required");
      await gittix.orders.end(orderId, reason);
      await failed(orderId);
      expect(await charge(orderId)).toMatchObject({ failureReason: FailureReason.ORDER_ENDED });
      const { intents, attempts } = await sandbox.held(orderId);
      expect([intents[0]?.status, attempts.length]).toEqual(["canceled", 0]);
    },
  );

  test("is cancelled at Stripe also when the answer to that is lost", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "");
    await sandbox.fault({ kind: "error_after", on: "cancel$", count: 1 });
    await gittix.orders.end(orderId, "EXPIRED");
    await failed(orderId);
    expect(events(orderId)).toEqual(["ChargeCreated"]);
  });

  test("shows no client secret any more", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_usBankAccount_success");
    await gittix.orders.end(orderId, "BUYER");
    await until(() => gittix.heard.has(orderId));
    expect(await gittix.as(buyer).pay(orderId, "")).toMatchObject({
      charge: { status: ChargeStatus.CREATED },
      clientSecret: "",
    });
    await sandbox.settle();
    await refunded(orderId);
    await expectRefundedOnce(orderId);
  });
});

describe("money that comes too late", () => {
  test("is given back when the order ended while Stripe was at work", async () => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault({ kind: "latency", on: "confirm$", count: 1, ms: 300 });
    const paying = gittix.as(buyer).pay(orderId, "pm_card_visa");
    await until(async () => (await sandbox.held(orderId)).intents.length === 1);
    await gittix.orders.end(orderId, "EXPIRED");
    await paying;
    await refunded(orderId);
    await expectRefundedOnce(orderId);
    expect(gittix.orders.status(orderId)).toBe("CANCELLED");
  });

  test("is given back once, however often the end of the order is told", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    await Promise.all([1, 2, 3].map(() => gittix.orders.publishEnd(orderId, "BUYER")));
    await refunded(orderId);
    await gittix.orders.publishEnd(orderId, "EXPIRED");
    // Four times here, and once more because orders takes the refund for an operator's.
    await until(() => gittix.heard.get(orderId) === 5);
    await expectRefundedOnce(orderId);
  });

  test.each(["hang_after", "error_after", "error_before"])(
    "is given back once when the refund meets %s",
    async (kind) => {
      const orderId = gittix.orders.place(buyer);
      await gittix.as(buyer).pay(orderId, "pm_card_visa");
      await sandbox.fault({ kind, on: refunding, count: 1, ms: 2000 });
      await gittix.orders.end(orderId, "BUYER");
      await refunded(orderId);
      await expectRefundedOnce(orderId);
    },
  );

  test("is given back when the news of the end was lost", async () => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault({ kind: "error_after", on: "confirm$", count: 1 });
    await gittix.as(buyer).pay(orderId, "pm_card_visa").catch(reasonOf);
    gittix.orders.endSilently(orderId);
    await refunded(orderId);
    await expectRefundedOnce(orderId);
  });

  test("stays while the order is completed, however long somebody looks", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    await until(() => gittix.finished.has(orderId));
    expect(await charge(orderId)).toMatchObject({ status: ChargeStatus.COMPLETED, stripeRefundId: "" });
    expect((await sandbox.held(orderId)).refunds).toEqual([]);
  });
});

describe("control", () => {
  test("without the memory of ended orders and the net under it, the money is kept", async () => {
    const forgetful = await startFixture(sandbox, {
      env: { CHARGE_UNSETTLED_AFTER: "1h" },
      parts: { store: (store) => ({ ...store, endOrder: async () => {} }) },
    });
    try {
      const orderId = forgetful.orders.place(buyer);
      await forgetful.as(buyer).pay(orderId, "pm_card_visa");
      await forgetful.orders.end(orderId, "BUYER");
      await until(() => forgetful.heard.has(orderId));
      expect(await sandbox.held(orderId)).toMatchObject({ attempts: [{ amount_captured: 1250, amount_refunded: 0 }] });
    } finally {
      await forgetful.stop();
    }
  });
});
