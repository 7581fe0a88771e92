import { createConnectQueryKey } from "@connectrpc/connect-query";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { OrderService, type GetOrderResponse, type ListOrdersResponse } from "@gittix/proto/orders/v1/order_service";
import {
  TicketService,
  type GetTicketResponse,
  type ListTicketsResponse,
} from "@gittix/proto/tickets/v1/ticket_service";
import type { Order } from "@gittix/proto/orders/v1/order";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { newestOrder, newestTicket } from "./newest.ts";

interface Versioned {
  readonly id: string;
  readonly version: number;
}

const ticketPages = createConnectQueryKey({ schema: TicketService.method.listTickets, cardinality: "infinite" });
const orderPages = createConnectQueryKey({ schema: OrderService.method.listOrders, cardinality: "infinite" });

/** patchTickets puts changed tickets wherever they are on the screen, and gives back those that are nowhere. */
export function patchTickets(client: QueryClient, changed: readonly Ticket[]): readonly Ticket[] {
  const news = new Map(changed.map((ticket) => [ticket.id, newestTicket.of(ticket)]));
  const shown = new Set<string>();
  client.setQueriesData<InfiniteData<ListTicketsResponse>>(
    { queryKey: ticketPages },
    (data) =>
      data &&
      patchPages(data, (page) => {
        const tickets = replaceNewer(page.tickets, news, shown);
        return tickets === page.tickets ? page : { ...page, tickets };
      }),
  );
  for (const ticket of news.values()) {
    const queryKey = createConnectQueryKey({
      schema: TicketService.method.getTicket,
      input: { ticketId: ticket.id },
      cardinality: "finite",
    });
    client.setQueriesData<GetTicketResponse>({ queryKey }, (data) =>
      data?.ticket && data.ticket.version < ticket.version ? { ...data, ticket } : data,
    );
  }
  return [...news.values()].filter((ticket) => !shown.has(ticket.id));
}

/** patchOrder puts a changed order wherever it is on the screen. */
export function patchOrder(client: QueryClient, changed: Order): void {
  const order = newestOrder.of(changed);
  const news = new Map([[order.id, order]]);
  client.setQueriesData<InfiniteData<ListOrdersResponse>>(
    { queryKey: orderPages },
    (data) =>
      data &&
      patchPages(data, (page) => {
        const orders = replaceNewer(page.orders, news, new Set());
        return orders === page.orders ? page : { ...page, orders };
      }),
  );
  const queryKey = createConnectQueryKey({
    schema: OrderService.method.getOrder,
    input: { orderId: order.id },
    cardinality: "finite",
  });
  client.setQueriesData<GetOrderResponse>({ queryKey }, (data) =>
    data?.order && data.order.version < order.version ? { ...data, order } : data,
  );
}

function patchPages<Page>(data: InfiniteData<Page>, patch: (page: Page) => Page): InfiniteData<Page> {
  const pages = data.pages.map(patch);
  return pages.every((page, index) => page === data.pages[index]) ? data : { ...data, pages };
}

/** replaceNewer gives the very same list back when nothing in it has changed, so that nothing is drawn. */
export function replaceNewer<T extends Versioned>(list: T[], news: ReadonlyMap<string, T>, shown: Set<string>): T[] {
  let changed = false;
  const next = list.map((old) => {
    const found = news.get(old.id);
    if (!found) return old;
    shown.add(old.id);
    if (found.version <= old.version) return old;
    changed = true;
    return found;
  });
  return changed ? next : list;
}
