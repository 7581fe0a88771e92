import type { Database } from "@gittix/common/database/database";
import { isDuplicate } from "@gittix/common/database/database-errors";
import { marks } from "@gittix/common/database/select";
import type { EventDraft } from "@gittix/common/events";
import { In, LessThan } from "typeorm";
import { expire, isOpen, notFound, type Order, type OrderStatus } from "../domain/order.ts";
import { orderEnded } from "../messages.ts";
import { Orders, type OrderRow } from "./tables.ts";

/** Change is what a use case makes of an order: the order as it is to be, and the facts that this makes true. */
export interface Change {
  readonly order: Order;
  readonly events: readonly EventDraft[];
}

/** OrderStore keeps orders. Each method that changes something is one transaction, its events included. */
export interface OrderStore {
  /** The database's clock. */
  now(): Promise<Date>;
  /**
   * Saves a new order. Undefined when the ticket has a holder already, or when the buyer has an order of the
   * same request; an open order past its deadline holds nothing, and expires to make room.
   */
  insert(draft: (at: Date) => Change): Promise<Order | undefined>;
  get(id: string): Promise<Order | null>;
  getMany(ids: readonly string[]): Promise<Order[]>;
  getByRequest(buyerId: string, requestId: string): Promise<Order | null>;
  list(query: {
    buyerId: string;
    status?: OrderStatus | undefined;
    afterId?: string | undefined;
    limit: number;
  }): Promise<Order[]>;
  /** Open orders whose deadline passed at least `byMs` ago, oldest first. */
  listOverdue(byMs: number, limit: number): Promise<Order[]>;
  /** Locks an order's row, asks `change` what becomes of it, and saves that. Refuses an unknown id. */
  update(id: string, change: (order: Order, at: Date) => Change): Promise<Order>;
}

/** createOrderStore keeps orders in a database. */
export function createOrderStore(database: Database): OrderStore {
  const find = database.batched((ids) => findOrders(database, ids));
  const findByRequest = database.batched((requests) => findOrdersByRequest(database, requests));

  const store: OrderStore = {
    now: () => database.now(),

    async insert(draft) {
      for (const mayMakeRoom of [true, false]) {
        let ticketId = "";
        try {
          return await database.write(async (transaction) => {
            const change = draft(await transaction.now());
            ticketId = change.order.ticketId;
            await transaction.manager.insert(Orders, rowOf(change.order));
            await transaction.append(change.events, change.order.updatedAt);
            return change.order;
          });
        } catch (error) {
          if (!isDuplicate(error)) throw error;
          if (mayMakeRoom) await expireHolder(ticketId);
        }
      }
      return undefined;
    },

    get: async (id) => (await find(id)) ?? null,

    getMany: async (ids) =>
      (await database.reader().findBy(Orders, { id: In([...ids]) })).flatMap((row) => orderOf(row) ?? []),

    getByRequest: async (buyerId, requestId) => (await findByRequest(requestKey({ buyerId, requestId }))) ?? null,

    async list({ buyerId, status, afterId, limit }) {
      const where = {
        buyerId,
        ...(status === undefined ? {} : { status }),
        ...(afterId === undefined ? {} : { id: LessThan(afterId) }),
      };
      const rows = await database.reader().find(Orders, { where, order: { id: "DESC" }, take: limit });
      return rows.flatMap((row) => orderOf(row) ?? []);
    },

    async listOverdue(byMs, limit) {
      const before = new Date((await database.now()).getTime() - byMs);
      const rows = await database.reader().find(Orders, {
        where: { status: In(["CREATED", "AWAITING_PAYMENT"]), expiresAt: LessThan(before) },
        order: { expiresAt: "ASC" },
        take: limit,
      });
      return rows.flatMap((row) => orderOf(row) ?? []);
    },

    update: (id, change) =>
      database.write(async (transaction) => {
        const before = orderOf(await transaction.lock(Orders, { id }));
        if (!before) throw notFound();
        const { order, events } = change(before, await transaction.now());
        if (order === before) return before;
        await transaction.manager.update(Orders, { id }, rowOf(order));
        await transaction.append(events, order.updatedAt);
        return order;
      }),
  };

  async function expireHolder(ticketId: string): Promise<void> {
    const holder = await database.reader().findOneBy(Orders, { holdingTicketId: ticketId });
    if (!holder || !isOpen(holder)) return;
    await store.update(holder.id, (before, at) => {
      const order = expire(before, at);
      return { order, events: orderEnded(order) };
    });
  }

  return store;
}

async function findOrders(database: Database, ids: readonly string[]): Promise<Map<string, Order>> {
  const rows = await database.select(Orders, `WHERE id IN (${marks(ids)})`, ids);
  return new Map(rows.flatMap((row) => orderOf(row) ?? []).map((order) => [order.id, order]));
}

async function findOrdersByRequest(database: Database, requests: readonly string[]): Promise<Map<string, Order>> {
  const where = requests.map(() => "(buyer_id = ? AND request_id = ?)").join(" OR ");
  const rows = await database.select(
    Orders,
    `WHERE ${where}`,
    requests.flatMap((key) => key.split(" ")),
  );
  return new Map(rows.flatMap((row) => orderOf(row) ?? []).map((order) => [requestKey(order), order]));
}

/** Ids have no spaces. */
function requestKey({ buyerId, requestId }: Pick<Order, "buyerId" | "requestId">): string {
  return `${buyerId} ${requestId}`;
}

function rowOf(order: Order): OrderRow {
  return { ...order, holdingTicketId: order.status === "CANCELLED" ? null : order.ticketId };
}

function orderOf(row: OrderRow | null): Order | null {
  if (!row) return null;
  const { holdingTicketId: _, ...order } = row;
  return order;
}
