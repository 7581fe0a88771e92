import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { Broadcast } from "@gittix/common/broadcast";
import { failure } from "@gittix/common/errors";
import { userOf } from "@gittix/common/identity/caller";
import { readPageToken, writePageToken } from "@gittix/common/page-token";
import { internalService, publicService, type Mount } from "@gittix/common/rpc/mount";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import type { Ticket as TicketMessage } from "@gittix/proto/tickets/v1/ticket";
import { TicketService, TicketSort, type ListTicketsRequest } from "@gittix/proto/tickets/v1/ticket_service";
import { queryTerms } from "./domain/search-terms.ts";
import { ticketMessage } from "./messages.ts";
import type { TicketQuery, TicketSortKey } from "./store/list-tickets.ts";
import type { TicketUseCases } from "./usecases.ts";

const pageSizeDefault = 20;

/** ticketService serves sellers and buyers. */
export function ticketService(usecases: TicketUseCases, changes: Broadcast<TicketMessage>): Mount {
  return publicService(TicketService, {
    async createTicket({ title, price }, context) {
      const ticket = await usecases.createTicket(userOf(context).id, { title, price: given(price) });
      return { ticket: ticketMessage(ticket) };
    },

    async updateTicket({ ticketId, title, price, expectedVersion }, context) {
      const by = userOf(context).id;
      const ticket = await usecases.updateTicket(by, { ticketId, title, price, expectedVersion });
      return { ticket: ticketMessage(ticket) };
    },

    async withdrawTicket({ ticketId }, context) {
      return { ticket: ticketMessage(await usecases.withdrawTicket(userOf(context).id, ticketId)) };
    },

    async getTicket({ ticketId }) {
      return { ticket: ticketMessage(await usecases.getTicket(ticketId)) };
    },

    async listTickets(request, context) {
      const sellerId = request.mine ? userOf(context).id : undefined;
      const query = readQuery(request, sellerId);
      const found = await usecases.listTickets(query);
      const page = found.slice(0, query.limit - 1);
      const last = found.length === query.limit ? page.at(-1) : undefined;
      return {
        tickets: page.map(ticketMessage),
        nextPageToken: last ? writePageToken(pagedQuery(request, sellerId), [last.id, last.priceMinor]) : "",
      };
    },

    async *watchTickets({ ticketIds }, context) {
      const wanted = new Set(ticketIds);
      const accepts = (ticket: TicketMessage) => wanted.size === 0 || wanted.has(ticket.id);
      for await (const change of changes.watch(accepts, context.signal)) {
        yield change === "heartbeat"
          ? { event: { case: "heartbeat", value: {} } }
          : { event: { case: "ticket", value: change } };
      }
    },
  });
}

/** reservationService serves the orders service. */
export function reservationService(usecases: TicketUseCases): Mount {
  return internalService(ReservationService, {
    async reserveTicket({ ticketId, orderId, buyerId, expiresAt }) {
      const until = readMoment("expires_at", given(expiresAt));
      const ticket = await usecases.reserveTicket({ ticketId, orderId, buyerId, until });
      return { ticket: ticketMessage(ticket) };
    },

    async releaseTicket({ ticketId, orderId }) {
      return { released: await usecases.releaseTicket({ ticketId, orderId }) };
    },
  });
}

/** A Timestamp can name moments that no database keeps, and no Date. */
function readMoment(field: string, timestamp: Timestamp): Date {
  const moment = timestampDate(timestamp);
  if (moment.getTime() >= 0 && moment.getUTCFullYear() <= 9999) return moment;
  throw failure("VALIDATION_FAILED", "Some of the input is not valid.", {
    fields: [{ field, description: "must be a moment from 1970 to 9999" }],
  });
}

/** One more than the page, to know whether there is another. */
function readQuery(request: ListTicketsRequest, sellerId: string | undefined): TicketQuery {
  const [id, priceMinor] = readPageToken(pagedQuery(request, sellerId), request.pageToken) ?? [];
  return {
    terms: queryTerms(request.query),
    availableOnly: request.availableOnly,
    sellerId,
    priceMinMinor: request.priceMinMinor,
    priceMaxMinor: request.priceMaxMinor,
    sort: sortKey(request.sort),
    after: typeof id === "string" && typeof priceMinor === "number" ? { id, priceMinor } : undefined,
    limit: (request.pageSize || pageSizeDefault) + 1,
  };
}

/** What must stay the same from page to page. */
function pagedQuery(request: ListTicketsRequest, sellerId: string | undefined): unknown {
  const { query, availableOnly, priceMinMinor, priceMaxMinor, sort } = request;
  return [query, availableOnly, priceMinMinor, priceMaxMinor, sortKey(sort), sellerId ?? null];
}

function sortKey(sort: TicketSort): TicketSortKey {
  switch (sort) {
    case TicketSort.PRICE_LOWEST:
      return "price-lowest";
    case TicketSort.PRICE_HIGHEST:
      return "price-highest";
    default:
      return "newest";
  }
}

/** The contract requires the field; validation has refused a request without it. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a required field passed validation without a value");
  return value;
}
