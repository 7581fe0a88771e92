import type { Row } from "./databases.ts";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";

/** Books read the databases of a mesh, and what the payment provider holds. */
export interface Books {
  rows(service: ServiceName, sql: string): Row[];
  /** Captured minus refunded by order id, as the provider has it, in minor units; orders without money may be absent. */
  moneyByOrder(): ReadonlyMap<string, number>;
}

/**
 * brokenPromises reads the databases and not the services, and names each way in which they do not add up.
 * It holds at rest: when every event has been handled and no order is open.
 */
export function brokenPromises(books: Books): string[] {
  const orders = books.rows("orders", "SELECT * FROM orders");
  const tickets = books.rows("tickets", "SELECT * FROM tickets");
  const charges = books.rows("payments", "SELECT * FROM charges");
  return [
    ...holders(orders, tickets),
    ...open(orders, charges),
    ...money(orders, charges, books.moneyByOrder()),
    ...undelivered(books),
  ];
}

/** RemoteBooks are books that have to be fetched. */
export interface RemoteBooks {
  rows(service: ServiceName, sql: string): Promise<Row[]>;
  moneyByOrder(): ReadonlyMap<string, number>;
}

/** promisesBrokenIn does the same with books that have to be fetched: it copies what is read, and then reads the copy. */
export async function promisesBrokenIn(books: RemoteBooks): Promise<string[]> {
  const copies = new Map<string, Row[]>();
  const copy = async (service: ServiceName, sql: string) =>
    copies.set(`${service} ${sql}`, await books.rows(service, sql));
  await copy("orders", "SELECT * FROM orders");
  await copy("tickets", "SELECT * FROM tickets");
  await copy("payments", "SELECT * FROM charges");
  for (const service of serviceNames) await copy(service, outboxCount);
  return brokenPromises({ ...books, rows: (service, sql) => copies.get(`${service} ${sql}`) ?? [] });
}

/** One holder: a completed order has its ticket, and a ticket has no other. */
function holders(orders: readonly Row[], tickets: readonly Row[]): string[] {
  const completed = orders.filter((order) => order["status"] === "COMPLETED");
  const byTicket = Map.groupBy(completed, (order) => order["ticket_id"]);
  const twice = [...byTicket].filter(([, holding]) => holding.length > 1).map(([id]) => `ticket ${id} is sold twice`);
  const wrong = tickets.flatMap((ticket) => {
    const [order] = byTicket.get(ticket["id"]) ?? [];
    const name = `ticket ${ticket["id"]}`;
    if (order) {
      const has = ticket["status"] === "SOLD" && ticket["order_id"] === order["id"];
      return has
        ? []
        : [`${name} is sold by order ${order["id"]} but says ${ticket["status"]} for ${ticket["order_id"]}`];
    }
    if (ticket["status"] === "SOLD") return [`${name} says sold, and no order has completed`];
    return ticket["order_id"] === null ? [] : [`${name} is held by ${ticket["order_id"]}, which has ended`];
  });
  return [...twice, ...wrong];
}

/** The hold ends: nothing is open for ever. */
function open(orders: readonly Row[], charges: readonly Row[]): string[] {
  const stuckOrders = orders.filter((order) => order["status"] !== "COMPLETED" && order["status"] !== "CANCELLED");
  const stuckCharges = charges.filter((charge) => charge["status"] === "CREATED");
  return [
    ...stuckOrders.map((order) => `order ${order["id"]} is still ${order["status"]}`),
    ...stuckCharges.map((charge) => `charge ${charge["id"]} is still open`),
  ];
}

/** Money matches, by the provider's books and by our own. */
function money(orders: readonly Row[], charges: readonly Row[], provider: ReadonlyMap<string, number>): string[] {
  const chargeOf = new Map(charges.map((charge) => [charge["order_id"], charge]));
  const ours = orders.flatMap((order) => {
    const id = String(order["id"]);
    const due = order["status"] === "COMPLETED" ? Number(order["price_minor"]) : 0;
    const held = provider.get(id) ?? 0;
    const charge = chargeOf.get(id);
    const booked =
      charge?.["status"] === "COMPLETED" && charge["stripe_refund_id"] === null ? Number(charge["amount_minor"]) : 0;
    return [
      ...(held === due ? [] : [`order ${id} is ${order["status"]} (${due}), and the provider holds ${held}`]),
      ...(booked === due ? [] : [`order ${id} is ${order["status"]} (${due}), and its charge says ${booked}`]),
    ];
  });
  const known = new Set(orders.map((order) => String(order["id"])));
  const strangers = [...provider].filter(([id, held]) => held !== 0 && !known.has(id));
  return [...ours, ...strangers.map(([id, held]) => `the provider holds ${held} for ${id}, which is no order`)];
}

/** Nothing lost: every event has left its outbox. */
function undelivered(books: Books): string[] {
  return serviceNames.flatMap((service) => {
    const [row] = books.rows(service, outboxCount);
    const count = Number(row?.["count"]);
    return count === 0 ? [] : [`${count} events of ${service} are still in the outbox`];
  });
}

const outboxCount = "SELECT COUNT(*) AS count FROM outbox";
