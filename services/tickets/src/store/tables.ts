import { EntitySchema } from "typeorm";
import type { Ticket } from "../domain/ticket.ts";

/** TicketRow is a ticket as its table keeps it. */
export type TicketRow = { -readonly [Key in keyof Ticket]: Ticket[Key] };

export const Tickets = new EntitySchema<TicketRow>({
  name: "tickets",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    sellerId: { name: "seller_id", type: "varchar", length: 36 },
    title: { type: "varchar", length: 200 },
    priceMinor: { name: "price_minor", type: "int" },
    currency: { type: "varchar", length: 3 },
    status: { type: "varchar", length: 9 },
    orderId: { name: "order_id", type: "varchar", length: 36, nullable: true },
    reservedUntil: { name: "reserved_until", type: "datetime", precision: 3, nullable: true },
    version: { type: "int" },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
    updatedAt: { name: "updated_at", type: "datetime", precision: 3 },
  },
});

/** TicketTermRow is one word of one title, for searching by the beginnings of words on any database. */
export interface TicketTermRow {
  term: string;
  ticketId: string;
}

export const TicketTerms = new EntitySchema<TicketTermRow>({
  name: "ticket_terms",
  columns: {
    term: { type: "varchar", length: 32, primary: true },
    ticketId: { name: "ticket_id", type: "varchar", length: 36, primary: true },
  },
});
