import { failure } from "@gittix/common/errors";

/** Ticket is a listing and the lock that an order may have on it. */
export interface Ticket {
  readonly id: string;
  readonly sellerId: string;
  readonly title: string;
  readonly priceMinor: number;
  readonly currency: string;
  readonly status: "AVAILABLE" | "SOLD" | "WITHDRAWN";
  /** The order that holds or bought the ticket. */
  readonly orderId: string | null;
  /** When the hold of `orderId` ends. */
  readonly reservedUntil: Date | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The clocks of two databases may differ: another order takes a lapsed lock only this long after its end. */
export const clockSkewMs = 5000;

/** list makes a new listing. */
export function list(listing: {
  id: string;
  sellerId: string;
  title: string;
  priceMinor: number;
  currency: string;
  at: Date;
}): Ticket {
  const { at, ...facts } = listing;
  return {
    ...facts,
    title: listing.title.trim(),
    status: "AVAILABLE",
    orderId: null,
    reservedUntil: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

/** edit changes title or price on the seller's word; a ticket that is held, sold or withdrawn stays as it is. */
export function edit(
  ticket: Ticket,
  change: {
    by: string;
    expectedVersion: number;
    title?: string | undefined;
    priceMinor?: number | undefined;
    at: Date;
  },
): Ticket {
  refuseOthers(ticket, change.by);
  if (ticket.status === "WITHDRAWN") throw withdrawn();
  refuseHeldOrSold(ticket);
  if (ticket.version !== change.expectedVersion) {
    throw failure("VERSION_MISMATCH", "The ticket has changed since you opened it. Look at it again.", {
      metadata: { current_version: String(ticket.version) },
    });
  }
  const title = change.title?.trim() ?? ticket.title;
  const priceMinor = change.priceMinor ?? ticket.priceMinor;
  if (title === ticket.title && priceMinor === ticket.priceMinor) return ticket;
  return next(ticket, { title, priceMinor }, change.at);
}

/** withdraw takes a listing off the market; a second withdrawal changes nothing. */
export function withdraw(ticket: Ticket, change: { by: string; at: Date }): Ticket {
  refuseOthers(ticket, change.by);
  if (ticket.status === "WITHDRAWN") return ticket;
  refuseHeldOrSold(ticket);
  return next(ticket, { status: "WITHDRAWN" }, change.at);
}

/** refusal says why an order cannot have the ticket, or undefined when it can. The store's guard decides; this explains. */
export function refusal(
  ticket: Ticket | null,
  order: { orderId: string; buyerId: string; at: Date },
): Error | undefined {
  if (!ticket) return notFound();
  if (ticket.sellerId === order.buyerId) return failure("TICKET_IS_YOURS", "This ticket is your own.");
  if (ticket.status === "WITHDRAWN") return withdrawn();
  if (ticket.status === "SOLD") return sold();
  if (ticket.orderId === null || ticket.orderId === order.orderId || lapsed(ticket, order.at)) return undefined;
  return reserved(ticket);
}

/** release takes the lock of one order away. A lock of another order, or a sale, stays: a stale timer is a no-op. */
export function release(ticket: Ticket, change: { orderId: string; at: Date }): Ticket {
  if (ticket.orderId !== change.orderId) return ticket;
  return next(ticket, { status: "AVAILABLE", orderId: null, reservedUntil: null }, change.at);
}

/** sell marks the ticket sold to the order that holds it. */
export function sell(ticket: Ticket, change: { orderId: string; at: Date }): Ticket {
  if (ticket.orderId !== change.orderId || ticket.status === "SOLD") return ticket;
  return next(ticket, { status: "SOLD", reservedUntil: null }, change.at);
}

/** isHeld tells whether an order's lock stands. */
export function isHeld(ticket: Ticket): boolean {
  return ticket.status === "AVAILABLE" && ticket.orderId !== null;
}

/** notFound is the answer for an id that no ticket has. */
export function notFound(): Error {
  return failure("TICKET_NOT_FOUND", "There is no such ticket.");
}

function next(ticket: Ticket, change: Partial<Ticket>, at: Date): Ticket {
  return { ...ticket, ...change, version: ticket.version + 1, updatedAt: at };
}

function lapsed(ticket: Ticket, at: Date): boolean {
  return ticket.reservedUntil !== null && ticket.reservedUntil.getTime() + clockSkewMs <= at.getTime();
}

function refuseOthers(ticket: Ticket, userId: string): void {
  if (ticket.sellerId !== userId) throw failure("TICKET_NOT_YOURS", "Only its seller can change a ticket.");
}

function refuseHeldOrSold(ticket: Ticket): void {
  if (ticket.status === "SOLD") throw sold();
  if (isHeld(ticket)) throw reserved(ticket);
}

/** reserved is the answer to those who come while an order holds the ticket. */
export function reserved(ticket: Ticket | null): Error {
  return failure("TICKET_RESERVED", "Someone is buying this ticket right now.", {
    metadata: ticket?.reservedUntil ? { reserved_until: ticket.reservedUntil.toISOString() } : {},
  });
}

function sold(): Error {
  return failure("TICKET_SOLD", "This ticket is sold.");
}

function withdrawn(): Error {
  return failure("TICKET_WITHDRAWN", "The seller has withdrawn this ticket.");
}
