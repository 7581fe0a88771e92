import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { draftEvent, type EventDraft } from "@gittix/common/events";
import { TicketCancelledSchema, TicketCreatedSchema, TicketUpdatedSchema } from "@gittix/proto/tickets/v1/events";
import { TicketSchema, TicketStatus, type Ticket as TicketMessage } from "@gittix/proto/tickets/v1/ticket";
import { isHeld, type Ticket } from "./domain/ticket.ts";

/** ticketMessage shows a ticket as the contract does: without the order that holds it. */
export function ticketMessage(ticket: Ticket): TicketMessage {
  return create(TicketSchema, {
    id: ticket.id,
    sellerId: ticket.sellerId,
    title: ticket.title,
    price: { amountMinor: ticket.priceMinor, currencyCode: ticket.currency },
    status: isHeld(ticket) ? TicketStatus.RESERVED : TicketStatus[ticket.status],
    ...(isHeld(ticket) && ticket.reservedUntil ? { reservedUntil: timestampFromDate(ticket.reservedUntil) } : {}),
    version: ticket.version,
    createdAt: timestampFromDate(ticket.createdAt),
    updatedAt: timestampFromDate(ticket.updatedAt),
  });
}

/** ticketCreated is the fact that a ticket was listed. */
export function ticketCreated(ticket: Ticket): EventDraft {
  return draftEvent(TicketCreatedSchema, ticket, create(TicketCreatedSchema, { ticket: ticketMessage(ticket) }));
}

/** ticketUpdated is the fact that a ticket was edited, reserved, released or sold. */
export function ticketUpdated(ticket: Ticket): EventDraft {
  const message = create(TicketUpdatedSchema, { ticket: ticketMessage(ticket), orderId: ticket.orderId ?? "" });
  return draftEvent(TicketUpdatedSchema, ticket, message);
}

/** ticketCancelled is the fact that a listing was withdrawn. */
export function ticketCancelled(ticket: Ticket): EventDraft {
  return draftEvent(TicketCancelledSchema, ticket, create(TicketCancelledSchema, { ticket: ticketMessage(ticket) }));
}
