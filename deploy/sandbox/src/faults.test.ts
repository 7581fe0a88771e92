import { describe, expect, test } from "@jest/globals";

import { errorOf, pay, startBench, stripeFor } from "./testing.ts";

describe("a fault", () => {
  test("of 500 before the work leaves nothing done, and the same key may try again", async () => {
    await using bench = await startBench({ faults: [{ kind: "error_before", count: 1 }] });
    const error = await errorOf(pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" }));
    expect(error).toMatchObject({ statusCode: 500, rawType: "api_error" });
    expect(bench.sandbox.totals().payment_intents).toEqual({});
    expect((await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" })).status).toBe("succeeded");
  });

  test("of 500 after the work is kept under the key, while the money is taken", async () => {
    await using bench = await startBench({ faults: [{ kind: "error_after", count: 1 }] });
    const failing = () => errorOf(pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" }));
    expect(await failing()).toMatchObject({ statusCode: 500 });
    expect(await failing()).toMatchObject({ statusCode: 500, headers: { "idempotent-replayed": "true" } });
    expect((await bench.stripe.paymentIntents.list()).data).toMatchObject([{ status: "succeeded" }]);
  });

  test("of a dropped connection after the work is healed by asking again with the same key", async () => {
    await using bench = await startBench();
    // The SDK itself asks once more after a closed connection, so both of its attempts are met.
    bench.sandbox.faults.add({ kind: "drop_after", count: 2 });
    const error = await errorOf(pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" }));
    expect(error.type).toBe("StripeConnectionError");
    const intent = await pay(bench.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
    expect(intent.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(bench.sandbox.totals().money["usd"]?.captured).toBe(2000);
  });

  test("of silence after the work ends with the caller’s timeout, and the money is taken", async () => {
    await using bench = await startBench({
      faults: [{ kind: "hang_after", on: "POST /v1/payment_intents$" }],
    });
    const error = await errorOf(pay(stripeFor(bench.sandbox.port, { timeout: 50 }), "pm_card_visa"));
    expect(error.type).toBe("StripeConnectionError");
    expect(bench.sandbox.totals().money["usd"]?.captured).toBe(2000);
  });

  test("of latency can make the caller give up before the work is done", async () => {
    await using bench = await startBench({ faults: [{ kind: "latency", ms: 100 }] });
    expect((await errorOf(pay(stripeFor(bench.sandbox.port, { timeout: 20 }), "pm_card_visa"))).type).toBe(
      "StripeConnectionError",
    );
  });

  test("strikes only where it was asked for", async () => {
    await using bench = await startBench({ faults: [{ kind: "error_before", on: "POST /v1/refunds" }] });
    const { id } = await pay(bench.stripe, "pm_card_visa");
    expect(await errorOf(bench.stripe.refunds.create({ payment_intent: id }))).toMatchObject({
      statusCode: 500,
    });
  });

  test("strikes by chance, and by the same chance for the same seed", async () => {
    const pattern = async (seed: number) => {
      await using bench = await startBench({ seed, faults: [{ kind: "error_before", probability: 0.5 }] });
      const outcomes: string[] = [];
      for (let call = 0; call < 20; call += 1)
        outcomes.push(
          await pay(bench.stripe, "pm_card_visa").then(
            () => "o",
            () => "x",
          ),
        );
      return outcomes.join("");
    };
    const first = await pattern(3);
    expect(first).toContain("o");
    expect(first).toContain("x");
    expect(await pattern(3)).toBe(first);
    expect(await pattern(4)).not.toBe(first);
  });

  test("is asked for, shown and lifted over HTTP", async () => {
    await using bench = await startBench();
    const control = (method: string, body?: object) =>
      fetch(`${bench.sandbox.url}/_sandbox/faults`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
        headers: { "content-type": "application/json" },
      });
    await control("POST", { seed: 5, faults: [{ kind: "error_before", on: "POST", count: 9 }] });
    await errorOf(pay(bench.stripe, "pm_card_visa"));
    expect(await (await control("GET")).json()).toEqual({
      faults: [{ kind: "error_before", on: "POST", count: 9, struck: 1 }],
    });
    await control("DELETE");
    expect((await pay(bench.stripe, "pm_card_visa")).status).toBe("succeeded");
    for (const wrong of [
      { kind: "nonsense" },
      { kind: "latency", ms: "long" },
      { kind: "latency", on: "(" },
      { kind: "latency", where: "here" },
    ]) {
      expect((await control("POST", wrong)).status).toBe(400);
    }
    const form = await fetch(`${bench.sandbox.url}/_sandbox/faults`, {
      method: "POST",
      body: "kind=latency",
    });
    expect(form.status).toBe(400);
  });
});
