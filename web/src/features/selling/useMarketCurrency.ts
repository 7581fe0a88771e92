import { useQuery } from "@connectrpc/connect-query";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";

/** What the marketplace sells in unless it is set otherwise. */
const usual = "USD";

/**
 * useMarketCurrency finds out in which currency tickets are sold here, by any of them. It is sent with
 * the price, so that a wrong guess is refused and never sells for a hundredth.
 */
export function useMarketCurrency(): string {
  const { data } = useQuery(TicketService.method.listTickets, { pageSize: 1 }, { staleTime: Number.POSITIVE_INFINITY });
  return data?.tickets[0]?.price?.currencyCode ?? usual;
}
