import { skipToken } from "@tanstack/react-query";
import { useQuery } from "@connectrpc/connect-query";
import type { Order } from "@gittix/proto/orders/v1/order";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { isOpen } from "../../api/orderWords.ts";
import { useSession } from "../../api/session/session.ts";

/** useOwnOrder finds the order by which one holds a ticket oneself; the ticket does not say who does. */
export function useOwnOrder(ticket: Ticket): Order | undefined {
  const session = useSession();
  const asks =
    ticket.status === TicketStatus.RESERVED && session.status === "signed-in" && session.user.id !== ticket.sellerId;
  // An open order is among the latest: a hold lasts minutes.
  const { data } = useQuery(OrderService.method.listOrders, asks ? { pageSize: 20 } : skipToken, { staleTime: 0 });
  return asks ? data?.orders.find((order) => order.ticketId === ticket.id && isOpen(order.status)) : undefined;
}
