import { ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import type { ChargeStore } from "./store/charge-store.ts";
import { startFixture, type Fixture } from "./testing/fixture.ts";
import { startSandbox, type Fault, type Sandbox } from "./testing/sandbox.ts";
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
const opening = "POST /v1/payment_intents$";
const confirming = "POST /v1/payment_intents/.*/confirm$";

describe("an answer of Stripe that is lost", () => {
  test.each<[string, Fault]>([
    ["the opening times out after the work was done", { kind: "hang_after", on: opening, count: 1, ms: 2000 }],
    ["the opening answers 500 after the work was done, for ever", { kind: "error_after", on: opening, count: 1 }],
    ["the opening answers 500 without doing it", { kind: "error_before", on: opening, count: 1 }],
    ["the connection drops after the opening", { kind: "drop_after", on: opening, count: 2 }],
    ["the confirmation times out after the work was done", { kind: "hang_after", on: confirming, count: 1, ms: 2000 }],
    [
      "the confirmation answers 500 after the work was done, for ever",
      { kind: "error_after", on: confirming, count: 1 },
    ],
    ["the confirmation answers 500 without doing it", { kind: "error_before", on: confirming, count: 1 }],
    ["the connection drops before the confirmation", { kind: "drop_before", on: confirming, count: 2 }],
  ])("%s: the caller is told to come back, and the money is taken once", async (_, fault) => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault(fault);
    expect(await gittix.refusalOf(buyer, orderId, "pm_card_visa")).toBe("DEPENDENCY_UNAVAILABLE");
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    expect(await sandbox.held(orderId)).toMatchObject({
      intents: [{ status: "succeeded" }],
      attempts: [{ amount_captured: 1250, amount_refunded: 0 }],
    });
    expect(gittix.of(orderId)).toHaveLength(1);
  });

  test("of a decline is found, and the card is not tried again", async () => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault({ kind: "error_after", on: confirming, count: 1 });
    expect(await gittix.refusalOf(buyer, orderId, "pm_card_visa_chargeDeclined")).toBe("DEPENDENCY_UNAVAILABLE");
    await until(() => gittix.orders.status(orderId) === "CANCELLED");
    expect((await sandbox.held(orderId)).attempts).toMatchObject([{ status: "failed" }]);
  });

  test("is found by the buyer who comes back at once", async () => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault({ kind: "error_after", on: confirming, count: 1 });
    await gittix.refusalOf(buyer, orderId, "pm_card_visa");
    expect((await gittix.as(buyer).pay(orderId, "pm_card_visa")).charge?.status).toBe(ChargeStatus.COMPLETED);
    expect((await sandbox.held(orderId)).attempts).toHaveLength(1);
  });

  test("keeps on being asked for while Stripe is away", async () => {
    const orderId = gittix.orders.place(buyer);
    await sandbox.fault({ kind: "error_before", on: "" });
    expect(await gittix.refusalOf(buyer, orderId, "pm_card_visa")).toBe("DEPENDENCY_UNAVAILABLE");
    const failures = () => gittix.log().split("it will be looked at again").length - 1;
    await until(() => failures() >= 3);
    await sandbox.noFaults();
    await until(() => gittix.orders.status(orderId) === "COMPLETED");
    expect((await sandbox.held(orderId)).attempts).toHaveLength(1);
  });
});

describe("a crash", () => {
  test.each([
    ["before the PaymentIntent is saved", 1],
    ["after Stripe has taken the money and before the outcome is saved", 2],
  ])("%s loses nothing and doubles nothing", async (_, write) => {
    const crashing = await startFixture(sandbox, { parts: { store: (store) => failingOnce(store, write) } });
    try {
      const orderId = crashing.orders.place(buyer);
      expect(await crashing.refusalOf(buyer, orderId, "pm_card_visa")).toBe("INTERNAL");
      await until(() => crashing.orders.status(orderId) === "COMPLETED");
      const { intents, attempts } = await sandbox.held(orderId);
      expect([intents.length, attempts.length]).toEqual([1, 1]);
      expect(crashing.of(orderId)).toHaveLength(1);
    } finally {
      await crashing.stop();
    }
  });
});

/** The n-th write is as if the process had died before it. */
function failingOnce(store: ChargeStore, nth: number): ChargeStore {
  let writes = 0;
  return {
    ...store,
    update: (id, change) => (++writes === nth ? Promise.reject(new Error("killed")) : store.update(id, change)),
  };
}
