import { setTimeout as wait } from "node:timers/promises";
import { reasonOf } from "@gittix/common/errors";
import type { Order } from "@gittix/proto/orders/v1/order";
import type { Orders } from "./gateways/orders.ts";
import type { TimerStatistics, TimerStore } from "./store/timer-store.ts";

export type ExpirationUseCases = ReturnType<typeof createExpirationUseCases>;

/** A timer that is this early waits for its moment here. One that is earlier was set by another window, and is left to the sweep of orders. */
const earlyMaxMs = 10_000;
const retentionMs = 24 * 3_600_000;

/** createExpirationUseCases gives the stories of the expiration service. */
export function createExpirationUseCases(parts: { readonly store: TimerStore; readonly orders: Orders }) {
  const { store, orders } = parts;

  return {
    orderCreated: (orderId: string, dueAt: Date): Promise<void> => store.set(orderId, dueAt),

    orderEnded: (orderId: string): Promise<void> => store.forgetWaiting(orderId),

    /** A timer has come out of the wait queue: ask orders to expire the order. */
    async timerDue(orderId: string, dueAt: Date): Promise<void> {
      const expiry = await expireWhenDue(orderId);
      if (expiry === "expired") await store.fire(orderId, dueAt);
      if (expiry === "ended") await store.forgetWaiting(orderId);
    },

    expireNow: (orderId: string): Promise<{ order: Order; expired: boolean }> => orders.expireNow(orderId),

    statistics: (): Promise<TimerStatistics> => store.statistics(),

    async forgetOld(): Promise<void> {
      await store.forgetBefore(new Date((await store.now()).getTime() - retentionMs));
    },
  };

  async function expireWhenDue(orderId: string): Promise<"expired" | "ended" | "early"> {
    for (;;) {
      try {
        const expiry = await orders.expire(orderId);
        if (!("remainingMs" in expiry)) return expiry.expired ? "expired" : "ended";
        if (!(expiry.remainingMs <= earlyMaxMs)) return "early";
        await wait(expiry.remainingMs);
      } catch (error) {
        // An order that was never saved: there is nothing to end.
        if (reasonOf(error) === "ORDER_NOT_FOUND") return "ended";
        throw error;
      }
    }
  }
}
