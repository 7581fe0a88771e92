import type { Database, Transaction } from "@gittix/common/database/database";
import { marks } from "@gittix/common/database/select";
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
  const find = database.batched((ids) => findTickets(database, ids));
  const get = async (id: string): Promise<Ticket | null> => (await find(id)) ?? null;
  const beingTaken = new Map<string, Promise<Ticket>>();

  return {
    insert: (draft) =>
      database.write(async (transaction) => {
        const { ticket, events } = draft(await transaction.now());
        await transaction.manager.insert(Tickets, { ...ticket });
        await indexTitle(transaction, ticket);
        await transaction.append(events, ticket.updatedAt);
        return ticket;
      }),

    get,

    list: (query) => listTickets(database, query),

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

    async reserve(reservation, events) {
      const { ticketId } = reservation;
      // Of all who find it free at the same moment one goes on, and the others look once more: hundreds of
      // transactions that wait for one row would take all connections from everybody else.
      for (;;) {
        await refuseByRead(reservation);
        const other = beingTaken.get(ticketId);
        if (!other) break;
        await other.catch(() => undefined);
      }
      const taking = takeLock(reservation, events).finally(() => beingTaken.delete(ticketId));
      beingTaken.set(ticketId, taking);
      return taking;
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

  /** A loser is told so by a read: it costs no write and waits for no lock. */
  async function refuseByRead({ ticketId, orderId, buyerId }: Reservation): Promise<void> {
    const [seen, at] = await Promise.all([get(ticketId), database.now()]);
    const refused = refusal(seen, { orderId, buyerId, at });
    if (refused) throw refused;
  }

  function takeLock(
    { ticketId, orderId, buyerId, until }: Reservation,
    events: (ticket: Ticket) => readonly EventDraft[],
  ): Promise<Ticket> {
    return database.write(async (transaction) => {
      const { manager } = transaction;
      const at = await transaction.now();
      const lapsed = new Date(at.getTime() - clockSkewMs);
      const free = { id: ticketId, status: "AVAILABLE" as const, sellerId: Not(buyerId) };
      const lock = { orderId, reservedUntil: until, updatedAt: at, version: () => "version + 1" };
      const unheld = await manager.update(Tickets, { ...free, orderId: IsNull() }, lock);
      const taken =
        unheld.affected === 1 ||
        (
          await manager.update(
            Tickets,
            { ...free, orderId: Not(orderId), reservedUntil: LessThanOrEqual(lapsed) },
            lock,
          )
        ).affected === 1;
      const ticket = await get(ticketId);
      if (taken && ticket) {
        await transaction.append(events(ticket), at);
        return ticket;
      }
      // The same order asking again has its lock already.
      if (ticket?.orderId === orderId && isHeld(ticket)) return ticket;
      throw refusal(ticket, { orderId, buyerId, at }) ?? reserved(ticket);
    });
  }
}

async function findTickets(database: Database, ids: readonly string[]): Promise<Map<string, Ticket>> {
  const tickets = await database.select(Tickets, `WHERE id IN (${marks(ids)})`, ids);
  return new Map(tickets.map((ticket) => [ticket.id, ticket]));
}

async function indexTitle({ manager }: Transaction, ticket: Ticket): Promise<void> {
  const terms = titleTerms(ticket.title);
  await manager.delete(TicketTerms, { ticketId: ticket.id, ...(terms.length > 0 ? { term: Not(In(terms)) } : {}) });
  const kept = await manager.findBy(TicketTerms, { ticketId: ticket.id });
  const missing = terms.filter((term) => !kept.some((row) => row.term === term));
  if (missing.length > 0)
    await manager.insert(
      TicketTerms,
      missing.map((term) => ({ term, ticketId: ticket.id })),
    );
}
