import { Brackets, type EntityManager, type SelectQueryBuilder } from "typeorm";
import type { Ticket } from "../domain/ticket.ts";
import { Tickets, TicketTerms, type TicketRow } from "./tables.ts";

/** TicketQuery says which tickets, in which order, from where. */
export interface TicketQuery {
  /** Beginnings of words that the title must all contain. */
  readonly terms: readonly string[];
  readonly availableOnly: boolean;
  /** Only this seller's, withdrawn ones too. */
  readonly sellerId?: string | undefined;
  readonly priceMinMinor?: number | undefined;
  readonly priceMaxMinor?: number | undefined;
  readonly sort: TicketSortKey;
  /** The last ticket of the page before. */
  readonly after?: { readonly id: string; readonly priceMinor: number } | undefined;
  readonly limit: number;
}

export type TicketSortKey = "newest" | "price-lowest" | "price-highest";

/** listTickets reads one page. Ids are made in the order of time, so that the id tells the newest. */
export function listTickets(manager: EntityManager, query: TicketQuery): Promise<Ticket[]> {
  const select = manager.createQueryBuilder(Tickets, "ticket").limit(query.limit);
  if (query.sellerId !== undefined) select.andWhere("ticket.seller_id = :sellerId", { sellerId: query.sellerId });
  if (query.availableOnly) select.andWhere("ticket.status = 'AVAILABLE' AND ticket.order_id IS NULL");
  else if (query.sellerId === undefined) select.andWhere("ticket.status <> 'WITHDRAWN'");
  if (query.priceMinMinor) select.andWhere("ticket.price_minor >= :min", { min: query.priceMinMinor });
  if (query.priceMaxMinor) select.andWhere("ticket.price_minor <= :max", { max: query.priceMaxMinor });
  query.terms.forEach((term, index) => whereTitleHas(select, term, index));
  sortAndSeek(select, query);
  return select.getMany();
}

function whereTitleHas(select: SelectQueryBuilder<TicketRow>, term: string, index: number): void {
  const found = select.subQuery().select("term.ticket_id").from(TicketTerms, "term");
  // A range and not LIKE: it uses the index whatever the collation, and needs no escaping.
  found.where(`term.term >= :from${index} AND term.term < :to${index}`);
  select.andWhere(`ticket.id IN ${found.getQuery()}`, { [`from${index}`]: term, [`to${index}`]: `${term}\u{10FFFF}` });
}

function sortAndSeek(select: SelectQueryBuilder<TicketRow>, { sort, after }: TicketQuery): void {
  // Both columns in one direction, so that one index serves the sort either way.
  const [direction, beyond] = sort === "price-lowest" ? (["ASC", ">"] as const) : (["DESC", "<"] as const);
  if (sort !== "newest") select.addOrderBy("ticket.priceMinor", direction);
  select.addOrderBy("ticket.id", direction);
  if (!after) return;
  if (sort === "newest") {
    select.andWhere("ticket.id < :id", { id: after.id });
    return;
  }
  select.andWhere(
    new Brackets((where) =>
      where
        .where(`ticket.price_minor ${beyond} :price`, { price: after.priceMinor })
        .orWhere(`ticket.price_minor = :price AND ticket.id ${beyond} :id`, { price: after.priceMinor, id: after.id }),
    ),
  );
}
