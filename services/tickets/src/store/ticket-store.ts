import type { Database, Transaction } from "@gittix/common/database/database";
import type { EventDraft } from "@gittix/common/events";
import { In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not } from "typeorm";
import { titleTerms } from "../domain/search-terms.ts";
import { clockSkewMs, isHeld, notFound, refusal, reserved, type Ticket } from "../domain/ticket.ts";
import { listTickets, type TicketQuery } from "./list-tickets.ts";
import { Tickets, TicketTerms } from "./tables.ts";

/** Change is what a use case makes of a ticket: the ticket as it is to be, and the facts that this makes true. */
export interface Change {
  readonly ticket: Ticket;
  readonly events: readonly EventDraft[];
}

/** Reservation is an order's wish to hold a ticket. */
export interface Reservation {
  readonly ticketId: string;
  readonly orderId: string;
  readonly buyerId: string;
  readonly until: Date;
}

/** TicketStore keeps tickets. Each method that changes something is one transaction, its events included. */
export interface TicketStore {
  insert(draft: (at: Date) => Change): Promise<Ticket>;
  get(id: string): Promise<Ticket | null>;
  list(query: TicketQuery): Promise<Ticket[]>;
  /** Locks a ticket's row, asks `change` what becomes of it, and saves that. Refuses an unknown id. */
  update(id: string, change: (ticket: Ticket, at: Date) => Change): Promise<Ticket>;
  /** Takes the lock for an order with one conditional write: of any number of callers one wins. */
  reserve(reservation: Reservation, events: (ticket: Ticket) => readonly EventDraft[]): Promise<Ticket>;
  /** Locked tickets that have not changed since `ageMs` ago, by order id, beginning after one. */
  listUnsettled(ageMs: number, afterOrderId: string, limit: number): Promise<Ticket[]>;
}

/** createTicketStore keeps tickets in a database. */
export function createTicketStore(database: Database): TicketStore {
  return {
    insert: (draft) =>
      database.write(async (transaction) => {
        const { ticket, events } = draft(await transaction.now());
        await transaction.manager.insert(Tickets, { ...ticket });
        await indexTitle(transaction, ticket);
        await transaction.append(events, ticket.updatedAt);
        return ticket;
      }),

    get: (id) => database.reader().findOneBy(Tickets, { id }),

    list: (query) => listTickets(database.reader(), query),

    update: (id, change) =>
      database.write(async (transaction) => {
        const before = await transaction.lock(Tickets, { id });
        if (!before) throw notFound();
        const { ticket, events } = change(before, await transaction.now());
        if (ticket === before) return before;
        await transaction.manager.update(Tickets, { id }, ticket);
        if (ticket.title !== before.title) await indexTitle(transaction, ticket);
        await transaction.append(events, ticket.updatedAt);
        return ticket;
      }),

    async reserve({ ticketId, orderId, buyerId, until }, events) {
      // A loser is told so by a read: it costs no write and waits for no lock.
      const seen = await database.reader().findOneBy(Tickets, { id: ticketId });
      const refused = refusal(seen, { orderId, buyerId, at: await database.now() });
      if (refused) throw refused;

      return database.write(async (transaction) => {
        const { manager } = transaction;
        const at = await transaction.now();
        const lapsed = new Date(at.getTime() - clockSkewMs);
        const free = { id: ticketId, status: "AVAILABLE" as const, sellerId: Not(buyerId) };
        const lock = { orderId, reservedUntil: until, updatedAt: at, version: () => "version + 1" };
        const unheld = await manager.update(Tickets, { ...free, orderId: IsNull() }, lock);
        const taken = unheld.affected === 1
          || (await manager.update(Tickets, { ...free, orderId: Not(orderId), reservedUntil: LessThanOrEqual(lapsed) }, lock)).affected === 1;
        const ticket = await manager.findOneBy(Tickets, { id: ticketId });
        if (taken && ticket) {
          await transaction.append(events(ticket), at);
          return ticket;
        }
        // The same order asking again has its lock already.
        if (ticket?.orderId === orderId && isHeld(ticket)) return ticket;
        throw refusal(ticket, { orderId, buyerId, at }) ?? reserved(ticket);
      });
    },

    async listUnsettled(ageMs, afterOrderId, limit) {
      const before = new Date((await database.now()).getTime() - ageMs);
      return database.reader().find(Tickets, {
        where: { status: "AVAILABLE", orderId: MoreThan(afterOrderId), updatedAt: LessThan(before) },
        order: { orderId: "ASC" },
        take: limit,
      });
    },
  };
}

async function indexTitle({ manager }: Transaction, ticket: Ticket): Promise<void> {
  const terms = titleTerms(ticket.title);
  await manager.delete(TicketTerms, { ticketId: ticket.id, ...(terms.length > 0 ? { term: Not(In(terms)) } : {}) });
  const kept = await manager.findBy(TicketTerms, { ticketId: ticket.id });
  const missing = terms.filter((term) => !kept.some((row) => row.term === term));
  if (missing.length > 0) await manager.insert(TicketTerms, missing.map((term) => ({ term, ticketId: ticket.id })));
}
