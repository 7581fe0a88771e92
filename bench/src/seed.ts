import type { Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import type { Market } from "./market.ts";

/** Stock is a store of listed tickets that nobody has ordered. */
export interface Stock {
  /** Gives one that was not given before. */
  take(): string;
  /** Those that were not given yet. */
  readonly left: number;
}

const batch = 2000;
const titles = ["Giselle", "Swan Lake", "Winter Tale", "Jazz Night", "Open Air", "Quiet Symphony"];

/** seedTickets lists tickets in bulk, behind the service's back, with the words by which they are found. */
export async function seedTickets(market: Market, count: number, sellerId: string): Promise<Stock> {
  const pool = market.pool("tickets");
  const firstAt = Date.now() - count;
  const ids: string[] = [];
  for (let from = 0; from < count; from += batch) {
    const numbers = Array.from({ length: Math.min(batch, count - from) }, (_, index) => from + index);
    const tickets = numbers.map((number) => ({ id: uuidv7({ msecs: firstAt + number }), number }));
    await insertTickets(pool, sellerId, tickets);
    await insertTerms(pool, tickets);
    ids.push(...tickets.map((ticket) => ticket.id));
  }
  await pool.query("ANALYZE TABLE tickets, ticket_terms");
  let next = 0;
  return {
    get left() {
      return ids.length - next;
    },
    take() {
      const id = ids[next++];
      if (id === undefined) throw new Error("all tickets are taken");
      return id;
    },
  };
}

interface Seeded {
  readonly id: string;
  readonly number: number;
}

async function insertTickets(pool: Pool, sellerId: string, tickets: readonly Seeded[]): Promise<void> {
  const at = new Date();
  const rows = tickets.map(({ id, number }) => [
    id,
    sellerId,
    titleOf(number),
    1000 + (number % 20_000),
    "USD",
    "AVAILABLE",
    null,
    null,
    1,
    at,
    at,
  ]);
  await pool.query(
    `INSERT INTO tickets (id, seller_id, title, price_minor, currency, status, order_id, reserved_until, version,
       created_at, updated_at) VALUES ?`,
    [rows],
  );
}

async function insertTerms(pool: Pool, tickets: readonly Seeded[]): Promise<void> {
  const rows = tickets.flatMap(({ id, number }) =>
    titleOf(number)
      .toLowerCase()
      .split(" ")
      .map((term) => [term, id]),
  );
  await pool.query("INSERT INTO ticket_terms (term, ticket_id) VALUES ?", [rows]);
}

function titleOf(number: number): string {
  return `${titles[number % titles.length]} ${number}`;
}
