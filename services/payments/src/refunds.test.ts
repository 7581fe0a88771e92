import { Code, ConnectError } from "@connectrpc/connect";
import { reasonOf } from "@gittix/common/errors";
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
const reasonFor = (call: Promise<unknown>) => call.then(() => undefined, reasonOf);

describe("an operator's refund", () => {
  test("gives the whole amount back once, and the order is cancelled", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    const [first, second] = await Promise.all([gittix.operator.refund(orderId), gittix.operator.refund(orderId)]);
    const third = await gittix.operator.refund(orderId);
    expect(first.stripeRefundId).not.toBe("");
    expect([second, third]).toEqual([first, first]);
    await until(() => gittix.orders.status(orderId) === "CANCELLED");
    expect(await sandbox.held(orderId)).toMatchObject({
      attempts: [{ amount_refunded: 1250 }],
      refunds: [{ amount: 1250 }],
    });
    expect(gittix.of(orderId).map(({ type }) => type)).toEqual(["ChargeCreated", "ChargeRefunded"]);
  });

  test("is carried out by itself when Stripe does not answer", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    await sandbox.fault({ kind: "hang_after", on: "refunds$", ms: 2000 });
    expect(await reasonFor(gittix.operator.refund(orderId))).toBe("DEPENDENCY_UNAVAILABLE");
    await sandbox.noFaults();
    await until(() => gittix.orders.status(orderId) === "CANCELLED");
    expect((await sandbox.held(orderId)).refunds).toHaveLength(1);
  });

  test("is refused where there is nothing to refund", async () => {
    expect(await reasonFor(gittix.operator.refund(uuidv7()))).toBe("CHARGE_NOT_FOUND");
    const declined = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(declined, "pm_card_visa_chargeDeclined");
    const open = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(open, "");
    for (const orderId of [declined, open])
      expect(await reasonFor(gittix.operator.refund(orderId))).toBe("CHARGE_NOT_REFUNDABLE");
  });

  test("is not for users, nor for the buyer", async () => {
    const orderId = gittix.orders.place(buyer);
    await gittix.as(buyer).pay(orderId, "pm_card_visa");
    const refused = await gittix
      .as(buyer)
      .refund(orderId)
      .catch((error: unknown) => error);
    expect(refused instanceof ConnectError && refused.code).toBe(Code.PermissionDenied);
  });
});
