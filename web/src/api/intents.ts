import { v7 as uuid } from "uuid";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";

/** Intents keeps the request id of each purchase that was begun, by ticket. */
export interface Intents {
  readonly get: (ticketId: string) => string | undefined;
  readonly set: (ticketId: string, requestId: string) => void;
  readonly forget: (ticketId: string) => void;
}

/**
 * purchase orders a ticket. The same wish has the same request id through double clicks, reloads and
 * lost answers, and so gives the same order. A wish whose order is cancelled has been had: the next
 * click is a new one.
 */
export async function purchase(
  ticketId: string,
  intents: Intents,
  createOrder: (requestId: string) => Promise<Order | undefined>,
): Promise<Order> {
  const kept = intents.get(ticketId);
  const first = await createOrder(kept ?? begin(ticketId, intents));
  const isOld = kept !== undefined && first?.status === OrderStatus.CANCELLED;
  const order = isOld ? await createOrder(begin(ticketId, intents)) : first;
  if (!order) throw new Error("The response to CreateOrder has no order.");
  if (order.status === OrderStatus.COMPLETED) intents.forget(ticketId);
  return order;
}

function begin(ticketId: string, intents: Intents): string {
  const requestId = uuid();
  intents.set(ticketId, requestId);
  return requestId;
}

/** createTabIntents keeps them as long as the tab, or only as long as the page where nothing can be kept. */
export function createTabIntents(): Intents {
  const memory = new Map<string, string>();
  const keyOf = (ticketId: string) => `gittix.purchase.${ticketId}`;
  return {
    get: (ticketId) => memory.get(ticketId) ?? quietly(() => sessionStorage.getItem(keyOf(ticketId))) ?? undefined,
    set: (ticketId, requestId) => {
      memory.set(ticketId, requestId);
      quietly(() => sessionStorage.setItem(keyOf(ticketId), requestId));
    },
    forget: (ticketId) => {
      memory.delete(ticketId);
      quietly(() => sessionStorage.removeItem(keyOf(ticketId)));
    },
  };
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
