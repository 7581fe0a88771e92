import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "@jest/globals";

import { readOptions } from "./main.ts";
import {
  pay,
  PUBLISHABLE_KEY,
  SECRET_KEY,
  startBench,
  startReceiver,
  stripeFor,
  until,
  WEBHOOK_SECRET,
} from "./testing.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

async function startProcess(database: string) {
  const env = {
    STRIPE_SECRET_KEY: SECRET_KEY,
    STRIPE_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
    SANDBOX_PORT: "0",
    SANDBOX_DATABASE: database,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line]: string[] = await once(child.stdout.setEncoding("utf8"), "data");
  const { url }: { url: string } = JSON.parse(line ?? "{}");
  return {
    stripe: stripeFor(Number(new URL(url).port)),
    async kill(signal: "SIGKILL" | "SIGTERM") {
      child.kill(signal);
      await once(child, "exit");
      return child.exitCode;
    },
  };
}

describe("a sandbox with a file", () => {
  test("loses nothing when it is killed, and knows its idempotency keys afterwards", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sandbox-"));
    const file = join(folder, "stripe.sqlite");
    try {
      const first = await startProcess(file);
      const intent = await pay(first.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
      await first.kill("SIGKILL");

      const second = await startProcess(file);
      expect(await second.stripe.paymentIntents.retrieve(intent.id)).toEqual(intent);
      const again = await pay(second.stripe, "pm_card_visa", {}, { idempotencyKey: "charge-1" });
      expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
      expect((await second.stripe.paymentIntents.list()).data).toHaveLength(1);
      expect(await second.kill("SIGTERM")).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("goes on with what was processing and with webhooks that were not delivered", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sandbox-"));
    const database = join(folder, "stripe.sqlite");
    try {
      await using receiver = await startReceiver();
      const webhook = { url: receiver.url, secret: WEBHOOK_SECRET };
      {
        // Nobody listens on port 1, so every delivery fails and waits for its retry.
        const deaf = {
          url: "http://127.0.0.1:1/",
          secret: WEBHOOK_SECRET,
          retryDelaysMs: Array.from({ length: 1000 }, () => 5),
        };
        await using bench = await startBench({ database, webhook: deaf, settlePaymentMs: 5 });
        bench.sandbox.setWebhook(deaf);
        await pay(bench.stripe, "pm_usBankAccount_success");
      }
      await using bench = await startBench({ database, webhook });
      await until(() => receiver.events.some(({ type }) => type === "payment_intent.succeeded"));
      await until(() => bench.sandbox.totals().deliveries["pending"] === undefined);
      expect(new Set(receiver.events.map(({ type }) => type))).toEqual(
        new Set([
          "payment_intent.created",
          "charge.pending",
          "payment_intent.processing",
          "charge.succeeded",
          "payment_intent.succeeded",
        ]),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("forgets payments after thirty days, with all that belongs to them", async () => {
    let ms = Date.now();
    await using bench = await startBench({ now: () => ms });
    const old = await pay(bench.stripe, "pm_card_visa");
    await bench.stripe.refunds.create({ payment_intent: old.id });
    ms += 31 * 24 * 60 * 60 * 1000;
    const young = await pay(bench.stripe, "pm_card_visa");
    bench.sandbox.forget();
    const { payment_intents: intents, charges, refunds, events } = bench.sandbox.state();
    expect(intents.map(({ id }) => id)).toEqual([young.id]);
    expect(charges).toHaveLength(1);
    expect(refunds).toEqual([]);
    expect(events).toHaveLength(3);
  });
});

describe("the environment", () => {
  test("names everything that is wrong with it at once", () => {
    const wrong = () =>
      readOptions({
        SANDBOX_PORT: "many",
        STRIPE_WEBHOOK_URL: "http://shop",
        SANDBOX_FAULTS: '[{"kind":"x"}]',
      });
    for (const name of [
      "STRIPE_SECRET_KEY",
      "STRIPE_PUBLISHABLE_KEY",
      "SANDBOX_PORT",
      "STRIPE_WEBHOOK_SECRET",
      "SANDBOX_FAULTS",
    ]) {
      expect(wrong).toThrow(name);
    }
  });

  test("with live keys is refused", async () => {
    await expect(startBench({ secretKey: "sk_live_1" })).rejects.toThrow("test keys only");
  });
});
