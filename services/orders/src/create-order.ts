import { reasonOf, failure } from "@gittix/common/errors";
import type { Logger } from "@gittix/common/log";
import { place, type Order } from "./domain/order.ts";
import type { ReservedTicket, Tickets } from "./gateways/tickets.ts";
import { orderCreated } from "./messages.ts";
import type { OrderStore } from "./store/order-store.ts";

/** Wish is a buyer's wish for a ticket; `requestId` makes a repeated one the same. */
export interface Wish {
  readonly buyerId: string;
  readonly ticketId: string;
  readonly requestId: string;
}

interface Lock {
  readonly ticketId: string;
  readonly orderId: string;
}

/**
 * createOrderCreation gives the story of a new order: lock the ticket, then save the order. Whatever goes wrong
 * in between, the lock is given back here, or later by the reconciliation of tickets.
 */
export function createOrderCreation(parts: {
  readonly store: OrderStore;
  readonly tickets: Tickets;
  readonly ids: () => string;
  readonly holdWindowMs: number;
  readonly log: Logger;
}): (wish: Wish) => Promise<Order> {
  const { store, tickets, ids, holdWindowMs, log } = parts;
  /** A double click: the second call waits for the first, whose lock would otherwise refuse it. */
  const underWay = new Map<string, Promise<Order>>();

  return async (wish) => {
    const earlier = await store.getByRequest(wish.buyerId, wish.requestId);
    if (earlier) return earlier;
    const key = `${wish.buyerId} ${wish.requestId}`;
    const twin = underWay.get(key);
    if (twin) return twin;
    const creation = lockAndSave(wish).finally(() => underWay.delete(key));
    underWay.set(key, creation);
    return creation;
  };

  async function lockAndSave(wish: Wish): Promise<Order> {
    const lock = { ticketId: wish.ticketId, orderId: ids() };
    const expiresAt = new Date((await store.now()).getTime() + holdWindowMs);
    try {
      const ticket = await tickets.reserve({ ...lock, buyerId: wish.buyerId, expiresAt });
      return await save(wish, lock, ticket, expiresAt);
    } catch (error) {
      if (!isRefusal(error)) await giveBack(lock);
      // The same wish may have come true through another instance.
      const twin = await store.getByRequest(wish.buyerId, wish.requestId);
      if (twin) return twin;
      throw error;
    }
  }

  async function save(wish: Wish, lock: Lock, ticket: ReservedTicket, expiresAt: Date): Promise<Order> {
    const { title: ticketTitle, ...snapshot } = ticket;
    const order = await store.insert((at) => {
      const placed = place({ ...wish, ...snapshot, id: lock.orderId, ticketTitle, expiresAt }, at);
      return { order: placed, events: [orderCreated(placed)] };
    });
    if (order) return order;
    await giveBack(lock);
    throw failure("TICKET_RESERVED", "Someone is buying this ticket right now.");
  }

  /** Takes away the lock of an order that does not exist, as far as it can be told. */
  async function giveBack(lock: Lock): Promise<void> {
    try {
      // After a lost answer from the database the order may be there after all, and its lock must stay.
      if (!(await store.get(lock.orderId))) await tickets.release(lock);
    } catch (cause) {
      log.warn({ err: cause, ticket: lock.ticketId, order: lock.orderId }, "lock left to reconciliation");
    }
  }
}

/** isRefusal tells that tickets has said no: there is no lock then. */
function isRefusal(error: unknown): boolean {
  const reason = reasonOf(error);
  return reason !== undefined && reason.startsWith("TICKET_");
}
