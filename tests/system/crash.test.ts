import { afterEach, describe, expect, test } from "@jest/globals";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { openSecrets } from "@gittix/local/secrets";
import type { Order } from "@gittix/proto/orders/v1/order";
import { createPeople, type People } from "../support/people.ts";
import { quickProgram, startProgram } from "../support/program.ts";
import { brokenPromises } from "../support/promises.ts";
import { until } from "../support/until.ts";
import { insist } from "../support/insist.ts";
import { undeliveredIn } from "./crash/kills.ts";
import { createMortalMesh, type MortalMesh } from "./crash/mesh.ts";
import { runCrashes } from "./crash/run.ts";
import { timeOf } from "./crash/verdict.ts";

/** A figure of this size is for a machine that does other things as well. */
const promptlyMs = 2000;

describe("kill -9 at random moments", () => {
  test("breaks no promise: 100 purchases by 12 buyers, 6 kills", async () => {
    const seed = Number(process.env["CRASH_SEED"] ?? Math.floor(Math.random() * 1e6));
    // CRASH_SEED=… gives the same plans and the same pauses again.
    const again = `CRASH_SEED=${seed}`;
    const report = await runCrashes({
      program: quickProgram,
      purchases: 100,
      kills: 6,
      seed,
      hold: "3s",
      atOnce: 12,
      settleMs: 30_000,
    }).catch((cause: unknown) => {
      throw new Error(again, { cause });
    });
    expect({ again, findings: report.findings }).toEqual({ again, findings: [] });
    expect(report.kills.length).toBeGreaterThanOrEqual(6);
    expect(report.outcomes["COMPLETED"]).toBeGreaterThan(0);
  }, 120_000);
});

describe("a mesh that is killed", () => {
  let mesh: MortalMesh;
  let people: People & { leave(): void };
  const inMesh = async (options: { program: string; hold: string }) => {
    mesh = await createMortalMesh(options);
    await mesh.start();
    people = createPeople("127.0.0.1", mesh.grpcPorts, openSecrets(mesh.folder));
  };
  afterEach(async () => {
    people.leave();
    await mesh.remove();
  });

  const readyAt = () => mesh.uptimes.at(-1)?.readyAt ?? 0;
  const deadlineOf = (order: Order) => (order.expiresAt ? timestampMs(order.expiresAt) : 0);
  const endOf = (order: Order) =>
    until(() => {
      const [row] = mesh.books.rows("orders", `SELECT * FROM orders WHERE id = '${order.id}'`);
      return row?.["cancel_reason"] === "EXPIRED" ? timeOf(row["updated_at"]) : 0;
    });

  test("and back before the deadline of a hold ends it at that deadline, not earlier and not much later", async () => {
    await inMesh({ program: startProgram, hold: "5s" });
    const [seller, buyer] = await Promise.all([people.person(), people.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    await mesh.kill();
    await mesh.start();
    expect(await insist(() => buyer.orderNow(order.id))).toMatchObject({ expiresAt: order.expiresAt });
    const end = await endOf(order);
    expect(end).toBeGreaterThanOrEqual(deadlineOf(order));
    expect(end).toBeLessThan(Math.max(deadlineOf(order), readyAt()) + promptlyMs);
  }, 40_000);

  test("and back after the deadline of a hold ends it at once", async () => {
    await inMesh({ program: startProgram, hold: "1s" });
    const [seller, buyer] = await Promise.all([people.person(), people.person()]);
    const order = await buyer.order((await seller.list("Giselle")).id);
    await mesh.kill();
    await until(() => Date.now() > deadlineOf(order));
    await mesh.start();
    const end = await endOf(order);
    expect(end).toBeGreaterThanOrEqual(deadlineOf(order));
    expect(end).toBeLessThan(readyAt() + promptlyMs);
  }, 40_000);

  test("delivers what was committed and not yet delivered", async () => {
    await inMesh({ program: quickProgram, hold: "15m" });
    const [seller, ...buyers] = await Promise.all(Array.from({ length: 21 }, () => people.person()));
    if (!seller) throw new Error("nobody came");
    let undelivered = 0;
    for (let round = 0; undelivered === 0 && round < 10; round++) {
      const orders = await Promise.all(
        buyers.map(async (buyer) => ({ buyer, order: await buyer.order((await seller.list("Giselle")).id) })),
      );
      const cancel = ({ buyer, order }: (typeof orders)[number]) =>
        people.services.orders.cancelOrder({ orderId: order.id }, buyer.as);
      const cancelling = orders.map((each) => cancel(each).catch(() => undefined));
      await Promise.race(cancelling);
      await mesh.kill();
      undelivered = undeliveredIn(mesh);
      await mesh.start();
      await Promise.all(orders.map((each) => insist(() => cancel(each))));
    }
    expect(undelivered).toBeGreaterThan(0);
    await until(
      () => brokenPromises(mesh.books),
      (broken) => broken.length === 0,
    );
  }, 60_000);
});
