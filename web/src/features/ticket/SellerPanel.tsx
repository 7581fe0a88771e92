import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { ButtonLink } from "../../ui/Button.tsx";
import { paths } from "../../ui/paths.ts";

/** SellerPanel is what a seller finds in place of the button to buy. */
export function SellerPanel({ ticket }: { readonly ticket: Ticket }) {
  return ticket.status === TicketStatus.AVAILABLE ? (
    <ButtonLink to={paths.editListing(ticket.id)}>Edit</ButtonLink>
  ) : (
    <ButtonLink to={paths.listings}>My listings</ButtonLink>
  );
}

/** sellerText says to its seller how it stands with a ticket. */
export function sellerText(status: TicketStatus): string {
  switch (status) {
    case TicketStatus.AVAILABLE:
      return "This is your ticket. Nobody has ordered it yet.";
    case TicketStatus.RESERVED:
      return "This is your ticket. Somebody is buying it, and you cannot change it while it is held.";
    case TicketStatus.SOLD:
      return "This was your ticket, and it is sold.";
    default:
      return "This was your ticket. You have withdrawn it.";
  }
}
