import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { failure, reasonOf } from "@gittix/common/errors";
import { createRpcClient, type RpcClient } from "@gittix/common/rpc/client";
import { internalService } from "@gittix/common/rpc/mount";
import type { RunningService } from "@gittix/common/service";
import { surround, type Surroundings } from "@gittix/common/testing/surroundings";
import { until } from "@gittix/common/testing/until";
import { ExpirationService } from "@gittix/proto/expiration/v1/expiration_service";
import { OrderCancelledSchema, OrderCreatedSchema } from "@gittix/proto/orders/v1/events";
import { OrderSchema } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { v7 as uuidv7 } from "uuid";
import { startExpiration } from "./main.ts";

const holdMs = 1000;
/** The deadlines that the orders service would know, and when it was asked to expire what. */
const deadlines = new Map<string, number>();
const asked: { orderId: string; at: number; expired: boolean }[] = [];

const ordersPeer = internalService(OrderLifecycleService, {
  beginPayment: () => ({}),
  batchGetOrders: () => ({}),
  expireOrder({ orderId }) {
    const deadline = deadlines.get(orderId);
    if (deadline === undefined) throw failure("ORDER_NOT_FOUND", "There is no such order.");
    const remainingMs = deadline - Date.now();
    asked.push({ orderId, at: Date.now(), expired: remainingMs <= 0 });
    if (remainingMs > 0)
      throw failure("ORDER_NOT_DUE", "Not yet.", { metadata: { remaining_ms: String(remainingMs) } });
    return { order: { id: orderId }, expired: true };
  },
});

let around: Surroundings;
let service: RunningService;
let expiration: RpcClient<typeof ExpirationService>;

const start = (holdWindow = `${holdMs}ms`) =>
  startExpiration(
    { ...around.env, ORDERS_ADDRESS: around.peerAddress, HOLD_WINDOW: holdWindow },
    { bus: around.bus, log: around.log },
  );

beforeAll(async () => {
  around = await surround([ordersPeer]);
  service = await start();
  expiration = createRpcClient(ExpirationService, { address: `127.0.0.1:${service.grpcPort}` });
});
afterAll(async () => {
  expiration.close();
  await service.stop();
  await around.stop();
});

/** Tells that an order was made whose deadline is `inMs` from now. */
async function orderCreated(inMs = holdMs, known = true): Promise<{ orderId: string; deadline: number }> {
  const orderId = uuidv7();
  const deadline = Date.now() + inMs;
  if (known) deadlines.set(orderId, deadline);
  const order = create(OrderSchema, { id: orderId, version: 1, expiresAt: timestampFromDate(new Date(deadline)) });
  await around.publish(OrderCreatedSchema, order, create(OrderCreatedSchema, { order }));
  return { orderId, deadline };
}

const status = () => expiration.client.getExpirationStatus({}, around.operator());
const expiredAt = (orderId: string) => asked.find((call) => call.orderId === orderId && call.expired)?.at;

describe("expiration", () => {
  test("asks orders to expire an order once its hold window has passed, promptly and not before", async () => {
    const { orderId, deadline } = await orderCreated();
    const at = await until(
      () => expiredAt(orderId),
      (when) => when !== undefined,
    );
    expect(at).toBeGreaterThanOrEqual(deadline);
    expect(Number(at) - deadline).toBeLessThan(1000);
  });

  test("waits the small remainder of a timer that comes early", async () => {
    const { orderId, deadline } = await orderCreated(holdMs + 400);
    const at = await until(
      () => expiredAt(orderId),
      (when) => when !== undefined,
    );
    expect(at).toBeGreaterThanOrEqual(deadline);
    expect(asked.filter((call) => call.orderId === orderId)).toMatchObject([{ expired: false }, { expired: true }]);
  });

  test("counts timers that wait and that have fired, and how late", async () => {
    const before = await status();
    const { orderId } = await orderCreated();
    await until(async () => (await status()).waitingCount > before.waitingCount);
    expect(await status()).toMatchObject({ holdWindow: { seconds: 1n } });
    expect((await status()).oldestDueAt).toBeDefined();
    await until(
      () => expiredAt(orderId),
      (when) => when !== undefined,
    );
    const after = await until(status, ({ firedCount }) => firedCount > before.firedCount);
    expect(after.latenessP50).toBeDefined();
    expect(after.latenessP99).toBeDefined();
  });

  test("no longer counts a timer whose order has ended otherwise", async () => {
    const before = await status();
    const { orderId } = await orderCreated(60_000);
    await until(async () => (await status()).waitingCount === before.waitingCount + 1);
    const order = create(OrderSchema, { id: orderId, version: 2 });
    await around.publish(OrderCancelledSchema, order, create(OrderCancelledSchema, { order }));
    await until(async () => (await status()).waitingCount === before.waitingCount);
  });

  test("lets a timer go whose order was never saved", async () => {
    const before = await status();
    await orderCreated(holdMs, false);
    await until(async () => (await status()).waitingCount === before.waitingCount + 1);
    await until(async () => (await status()).waitingCount === before.waitingCount);
    expect((await around.bus.listParked("expiration.due", 1)).total).toBe(0);
  });

  test("asks for one order on an operator's word, and hands the refusal of orders on", async () => {
    const { orderId } = await orderCreated(60_000);
    const expireNow = (id: string, as = around.operator()) =>
      expiration.client.expireNow({ orderId: id }, as).catch(reasonOf);
    expect(await expireNow(orderId)).toBe("ORDER_NOT_DUE");
    expect(await expireNow(uuidv7())).toBe("ORDER_NOT_FOUND");
    expect(await expireNow(orderId, around.user(uuidv7()))).toBe("CALLER_NOT_ALLOWED");
    deadlines.set(orderId, Date.now());
    expect(await expireNow(orderId)).toMatchObject({ expired: true, order: { id: orderId } });
  });

  test("keeps the timers of the old window when the window is changed", async () => {
    const old = await orderCreated();
    await service.stop();
    expiration.close();
    service = await start("60s");
    expiration = createRpcClient(ExpirationService, { address: `127.0.0.1:${service.grpcPort}` });
    const later = await orderCreated(60_000);
    await until(
      () => expiredAt(old.orderId),
      (when) => when !== undefined,
    );
    await until(async () => (await around.bus.depth("expiration.wait.60000")) === 1);
    expect(expiredAt(later.orderId)).toBeUndefined();
  });
});
