import type { Interceptor } from "@connectrpc/connect";
import { isMessage, type Message } from "@bufbuild/protobuf";
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
 * An answer that left the server before a change, and arrives after the change has been streamed,
 * would otherwise put the old state back on the screen for good.
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
      if (seen.size > limit) for (const oldest of seen.keys()) return seen.delete(oldest), newest;
      return newest;
    },
    clear: () => seen.clear(),
  };
}

/** All that this tab knows of tickets and of the user's orders. */
export const newestTicket = createNewest<Ticket>(5000);
export const newestOrder = createNewest<Order>(500);

/** newestInterceptor lets no response bring back what is known to be older. */
export const newestInterceptor: Interceptor = (next) => async (request) => {
  const response = await next(request);
  if (!response.stream) freshen(response.message);
  return response;
};

function freshen(message: Message): void {
  if (isMessage(message, ListTicketsResponseSchema)) message.tickets = message.tickets.map(newestTicket.of);
  else if (isMessage(message, GetTicketResponseSchema) && message.ticket) message.ticket = newestTicket.of(message.ticket);
  else if (isMessage(message, ListOrdersResponseSchema)) message.orders = message.orders.map(newestOrder.of);
  else if (isMessage(message, GetOrderResponseSchema) && message.order) message.order = newestOrder.of(message.order);
}
