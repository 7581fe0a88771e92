import { TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import type { Word } from "./word.ts";

/** ticketWord is how a ticket's state is called everywhere. */
export function ticketWord(status: TicketStatus): Word {
  switch (status) {
    case TicketStatus.AVAILABLE:
      return { label: "Available", tone: "good" };
    case TicketStatus.RESERVED:
      return { label: "Reserved", tone: "waiting" };
    case TicketStatus.SOLD:
      return { label: "Sold", tone: "ended" };
    case TicketStatus.WITHDRAWN:
      return { label: "Withdrawn", tone: "ended" };
    default:
      return { label: "Unknown", tone: "ended" };
  }
}
