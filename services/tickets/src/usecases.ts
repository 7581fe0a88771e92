import { failure } from "@gittix/common/errors";
import type { Logger } from "@gittix/common/log";
import { edit, list, notFound, release, sell, withdraw, type Ticket } from "./domain/ticket.ts";
import type { Orders } from "./gateways/orders.ts";
import { ticketCancelled, ticketCreated, ticketUpdated } from "./messages.ts";
import type { TicketQuery } from "./store/list-tickets.ts";
import type { Reservation, TicketStore } from "./store/ticket-store.ts";

/** Price is an amount in the marketplace's currency; an empty code means that currency. */
export interface Price {
  readonly amountMinor: number;
  readonly currencyCode: string;
}

export type TicketUseCases = ReturnType<typeof createTicketUseCases>;

/** createTicketUseCases gives the stories of the tickets service. */
export function createTicketUseCases(parts: {
  readonly store: TicketStore;
  readonly orders: Orders;
  readonly ids: () => string;
  readonly currency: string;
  readonly unsettledAfterMs: number;
  readonly log: Logger;
}) {
  const { store, orders, ids, currency, log } = parts;

  return {
    createTicket(by: string, listing: { title: string; price: Price }): Promise<Ticket> {
      const priceMinor = inOurCurrency(listing.price);
      return store.insert((at) => {
        const ticket = list({ id: ids(), sellerId: by, title: listing.title, priceMinor, currency, at });
        return { ticket, events: [ticketCreated(ticket)] };
      });
    },

    updateTicket(
      by: string,
      change: { ticketId: string; title: string | undefined; price: Price | undefined; expectedVersion: number },
    ): Promise<Ticket> {
      const priceMinor = change.price && inOurCurrency(change.price);
      return store.update(change.ticketId, (before, at) => {
        const ticket = edit(before, { ...change, by, priceMinor, at });
        return { ticket, events: [ticketUpdated(ticket)] };
      });
    },

    withdrawTicket(by: string, ticketId: string): Promise<Ticket> {
      return store.update(ticketId, (before, at) => {
        const ticket = withdraw(before, { by, at });
        return { ticket, events: [ticketCancelled(ticket)] };
      });
    },

    async getTicket(ticketId: string): Promise<Ticket> {
      const ticket = await store.get(ticketId);
      if (!ticket) throw notFound();
      return ticket;
    },

    listTickets: (query: TicketQuery): Promise<Ticket[]> => store.list(query),

    reserveTicket: (reservation: Reservation): Promise<Ticket> =>
      store.reserve(reservation, (ticket) => [ticketUpdated(ticket)]),

    async releaseTicket(lock: { ticketId: string; orderId: string }): Promise<boolean> {
      if (!(await store.get(lock.ticketId))) return false;
      let released = false;
      await store.update(lock.ticketId, (before, at) => {
        const ticket = release(before, { orderId: lock.orderId, at });
        released = ticket !== before;
        return { ticket, events: [ticketUpdated(ticket)] };
      });
      return released;
    },

    async sellTicket(sale: { ticketId: string; orderId: string }): Promise<void> {
      await store.update(sale.ticketId, (before, at) => {
        const ticket = sell(before, { orderId: sale.orderId, at });
        return { ticket, events: [ticketUpdated(ticket)] };
      });
    },

    /** The net under a crash between the lock and the order: asks orders about locks that nothing has settled. */
    async reconcileLocks(): Promise<void> {
      for (let after = ""; ;) {
        const locked = await store.listUnsettled(parts.unsettledAfterMs, after, 100);
        const holders = locked.flatMap((ticket) => ticket.orderId ?? []);
        if (holders.length === 0) return;
        const fates = await orders.fatesOf(holders);
        for (const { id: ticketId, orderId } of locked) {
          if (orderId === null) continue;
          const fate = fates.get(orderId) ?? "ended";
          if (fate === "ended") await this.releaseTicket({ ticketId, orderId });
          if (fate === "completed") await this.sellTicket({ ticketId, orderId });
          if (fate !== "open") log.warn({ ticket: ticketId, order: orderId, fate }, "lock settled by reconciliation");
        }
        after = holders.at(-1) ?? "";
      }
    },
  };

  function inOurCurrency(price: Price): number {
    if (price.currencyCode === "" || price.currencyCode === currency) return price.amountMinor;
    throw failure("VALIDATION_FAILED", `Prices are in ${currency}.`, {
      fields: [{ field: "price.currency_code", description: `must be ${currency}` }],
    });
  }
}
