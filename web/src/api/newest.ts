import { isMessage } from "@bufbuild/protobuf";
import type { QueryClient } from "@tanstack/react-query";
import { GetTicketResponseSchema, ListTicketsResponseSchema } from "@gittix/proto/tickets/v1/ticket_service";
import { GetOrderResponseSchema, ListOrdersResponseSchema } from "@gittix/proto/orders/v1/order_service";
import type { Order } from "@gittix/proto/orders/v1/order";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";

interface Versioned {
  readonly id: string;
  readonly version: number;
}

/**
 * createNewest remembers the newest version of each thing it has seen, of so many things at the most.
 * An answer that left the server before a change, and is shown after the change has been streamed, would
 * otherwise put the old state back on the screen for good. A list of many pages takes long to load, so
 * that this happens every day.
 */
export function createNewest<T extends Versioned>(limit: number) {
  const seen = new Map<string, T>();
  return {
    /** of gives the newest version known, which may be this very one. */
    of(thing: T): T {
      const known = seen.get(thing.id);
      const newest = known && known.version > thing.version ? known : thing;
      // Put last again, so that what was not seen for longest is forgotten first.
      seen.delete(thing.id);
      seen.set(thing.id, newest);
      if (seen.size > limit) for (const oldest of seen.keys()) return (seen.delete(oldest), newest);
      return newest;
    },
    clear: () => seen.clear(),
  };
}

/** All that this tab knows of tickets and of the user's orders. */
export const newestTicket = createNewest<Ticket>(5000);
export const newestOrder = createNewest<Order>(500);

/** keepNewest lets nothing that is fetched bring back what is known to be older. Use it once for a cache. */
export function keepNewest(client: QueryClient): void {
  client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "success" || event.action.manual === true) return;
    const { data, dataUpdatedAt } = event.query.state;
    const fresh = freshen(data);
    if (fresh !== data) client.setQueryData(event.query.queryKey, fresh, { updatedAt: dataUpdatedAt });
  });
}

/** freshen puts the newest versions in the place of older ones, in a page, in pages, or alone. */
function freshen(data: unknown): unknown {
  if (isPaged(data)) {
    const pages = freshenAll(data.pages, freshen);
    return pages === data.pages ? data : { ...data, pages };
  }
  if (isMessage(data, ListTicketsResponseSchema))
    return withNewest(data, "tickets", freshenAll(data.tickets, newestTicket.of));
  if (isMessage(data, ListOrdersResponseSchema))
    return withNewest(data, "orders", freshenAll(data.orders, newestOrder.of));
  if (isMessage(data, GetTicketResponseSchema))
    return withNewest(data, "ticket", data.ticket && newestTicket.of(data.ticket));
  if (isMessage(data, GetOrderResponseSchema))
    return withNewest(data, "order", data.order && newestOrder.of(data.order));
  return data;
}

function withNewest<T, K extends keyof T>(data: T, key: K, value: T[K]): T {
  return data[key] === value ? data : { ...data, [key]: value };
}

function freshenAll<T>(list: T[], freshenOne: (one: T) => T): T[] {
  const fresh = list.map(freshenOne);
  return fresh.every((one, index) => one === list[index]) ? list : fresh;
}

function isPaged(data: unknown): data is { pages: unknown[] } {
  return typeof data === "object" && data !== null && "pages" in data && Array.isArray(data.pages);
}
