import { describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { OrderSchema, OrderStatus } from "@gittix/proto/orders/v1/order";
import { createTabIntents, purchase } from "./intents.ts";

describe("a purchase", () => {
  test("that is asked for twice is one order", async () => {
    const orders = createOrders();
    const intents = createTabIntents();
    const [first, second] = await Promise.all([
      purchase("t", intents, orders.create),
      purchase("t", intents, orders.create),
    ]);
    expect(second.id).toBe(first.id);
  });

  test("whose answer was lost is asked for again with the same id", async () => {
    const orders = createOrders();
    const intents = createTabIntents();
    await expect(
      purchase("t", intents, async (id) => {
        await orders.create(id);
        throw new Error("connection lost");
      }),
    ).rejects.toThrow("connection lost");
    await purchase("t", intents, orders.create);
    expect(orders.made.size).toBe(1);
  });

  test("of another ticket is another order", async () => {
    const orders = createOrders();
    const intents = createTabIntents();
    await purchase("t", intents, orders.create);
    await purchase("u", intents, orders.create);
    expect(orders.made.size).toBe(2);
  });

  test("begins anew when the order of the last wish is cancelled", async () => {
    const orders = createOrders();
    const intents = createTabIntents();
    const first = await purchase("t", intents, orders.create);
    first.status = OrderStatus.CANCELLED;
    const second = await purchase("t", intents, orders.create);
    expect(second.id).not.toBe(first.id);
    expect(second.status).toBe(OrderStatus.CREATED);
  });
});

/** Orders as the contract promises them: the same request id gives the first order. */
function createOrders() {
  const made = new Map<string, ReturnType<typeof newOrder>>();
  const newOrder = (id: string) => create(OrderSchema, { id, status: OrderStatus.CREATED });
  return {
    made,
    create: async (requestId: string) => {
      const order = made.get(requestId) ?? newOrder(`order-${made.size}`);
      made.set(requestId, order);
      return order;
    },
  };
}
