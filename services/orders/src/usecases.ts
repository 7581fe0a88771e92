import type { Logger } from "@gittix/common/log";
import { createOrderCreation } from "./create-order.ts";
import {
  beginPayment,
  cancel,
  complete,
  ended,
  expire,
  failPayment,
  isOpen,
  notDue,
  notFound,
  undo,
  type Order,
  type OrderStatus,
} from "./domain/order.ts";
import type { Tickets } from "./gateways/tickets.ts";
import { orderEnded } from "./messages.ts";
import type { OrderStore } from "./store/order-store.ts";

export type OrderUseCases = ReturnType<typeof createOrderUseCases>;

/** How many overdue orders one round of the sweep takes. */
const sweepBatch = 200;

/** createOrderUseCases gives the stories of the orders service. */
export function createOrderUseCases(parts: {
  readonly store: OrderStore;
  readonly tickets: Tickets;
  readonly ids: () => string;
  readonly holdWindowMs: number;
  readonly sweepAfterMs: number;
  readonly log: Logger;
}) {
  const { store, log } = parts;

  return {
    createOrder: createOrderCreation(parts),

    getOrder: (by: string, orderId: string): Promise<Order> => ownOrder(by, orderId),

    listOrders: (
      by: string,
      query: { status: OrderStatus | undefined; afterId: string | undefined; limit: number },
    ): Promise<Order[]> => store.list({ ...query, buyerId: by }),

    async cancelOrder(by: string, orderId: string): Promise<Order> {
      await ownOrder(by, orderId);
      return move(orderId, cancel);
    },

    async beginPayment(by: string, orderId: string): Promise<Order> {
      await ownOrder(by, orderId);
      const order = await move(orderId, beginPayment);
      if (!isOpen(order)) throw ended(order);
      return order;
    },

    /** Ends an order whose deadline has passed; refuses one whose deadline has not. */
    async expireOrder(orderId: string): Promise<{ order: Order; expired: boolean }> {
      let expired = false;
      const order = await store.update(orderId, (before, at) => {
        const after = expire(before, at);
        if (isOpen(after)) throw notDue(after, at);
        expired = after !== before;
        return { order: after, events: orderEnded(after) };
      });
      return { order, expired };
    },

    getOrders: (ids: readonly string[]): Promise<Order[]> => store.getMany(ids),

    completeOrder: (orderId: string): Promise<Order> => move(orderId, complete),
    failOrderPayment: (orderId: string): Promise<Order> => move(orderId, failPayment),
    undoOrder: (orderId: string): Promise<Order> => move(orderId, undo),

    /** The net under lost timers. */
    async sweepOverdue(): Promise<void> {
      const overdue = await store.listOverdue(parts.sweepAfterMs, sweepBatch);
      for (const { id } of overdue) await move(id, expire);
      if (overdue.length > 0) log.info({ orders: overdue.length }, "overdue orders expired by the sweep");
    },

    now: (): Promise<Date> => store.now(),
  };

  function move(orderId: string, transition: (order: Order, at: Date) => Order): Promise<Order> {
    return store.update(orderId, (before, at) => {
      const order = transition(before, at);
      return { order, events: orderEnded(order) };
    });
  }

  /** Another user's order does not exist for the caller. */
  async function ownOrder(by: string, orderId: string): Promise<Order> {
    const order = await store.get(orderId);
    if (order?.buyerId !== by) throw notFound();
    return order;
  }
}
