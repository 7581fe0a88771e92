import type { Database } from "@gittix/common/database/database";
import type { SqlValue } from "@gittix/common/database/select";
import type { Ticket } from "../domain/ticket.ts";
import { Tickets } from "./tables.ts";

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
export function listTickets(database: Database, query: TicketQuery): Promise<Ticket[]> {
  const conditions: Condition[] = [...kept(query), ...query.terms.map(titleHas), ...beyond(query)];
  const where = conditions.length > 0 ? `WHERE ${conditions.map(([sql]) => sql).join(" AND ")}` : "";
  const end = `${where} ORDER BY ${order[query.sort]} LIMIT ${query.limit}`;
  return database.select(
    Tickets,
    end,
    conditions.flatMap(([, ...values]) => values),
  );
}

/** Condition is a part of a WHERE and the values for its question marks. */
type Condition = readonly [sql: string, ...values: SqlValue[]];

/** Both columns in one direction, so that one index serves the sort either way. */
const order: Record<TicketSortKey, string> = {
  newest: "id DESC",
  "price-lowest": "price_minor ASC, id ASC",
  "price-highest": "price_minor DESC, id DESC",
};

function* kept({ sellerId, availableOnly, priceMinMinor, priceMaxMinor }: TicketQuery): Generator<Condition> {
  if (sellerId !== undefined) yield ["seller_id = ?", sellerId];
  if (availableOnly) yield ["status = 'AVAILABLE' AND order_id IS NULL"];
  else if (sellerId === undefined) yield ["status <> 'WITHDRAWN'"];
  if (priceMinMinor) yield ["price_minor >= ?", priceMinMinor];
  if (priceMaxMinor) yield ["price_minor <= ?", priceMaxMinor];
}

/** A range and not LIKE: it uses the index whatever the collation, and needs no escaping. */
function titleHas(term: string): Condition {
  return ["id IN (SELECT ticket_id FROM ticket_terms WHERE term >= ? AND term < ?)", term, `${term}\u{10FFFF}`];
}

function* beyond({ sort, after }: TicketQuery): Generator<Condition> {
  if (!after) return;
  const { id, priceMinor } = after;
  if (sort === "newest") yield ["id < ?", id];
  if (sort === "price-lowest") yield ["(price_minor > ? OR (price_minor = ? AND id > ?))", priceMinor, priceMinor, id];
  if (sort === "price-highest") yield ["(price_minor < ? OR (price_minor = ? AND id < ?))", priceMinor, priceMinor, id];
}
