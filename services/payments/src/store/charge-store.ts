import type { Database, Transaction } from "@gittix/common/database/database";
import { isDuplicate } from "@gittix/common/database/database-errors";
import type { EventDraft } from "@gittix/common/events";
import { LessThan, LessThanOrEqual, MoreThan } from "typeorm";
import { notFound, workLeft, type Charge } from "../domain/charge.ts";
import { Charges, EndedOrders, type ChargeRow } from "./tables.ts";

/** Change is what a use case makes of a charge: the charge as it is to be, and the facts that this makes true. */
export interface Change {
  readonly charge: Charge;
  readonly events: readonly EventDraft[];
}

/** ChargeChange makes a change; a charge given back as it came stays as it is, and nothing is published. */
export type ChargeChange = (charge: Charge, at: Date) => Change;

/** ChargeStore keeps charges. Each method that changes something is one transaction, its events included. */
export interface ChargeStore {
  /** Saves an order's charge; null when there is one already. `whenEnded` changes it if the order has ended by then. */
  insert(draft: (at: Date) => Charge, whenEnded: ChargeChange): Promise<Charge | null>;
  get(id: string): Promise<Charge | null>;
  getByOrder(orderId: string): Promise<Charge | null>;
  /** Locks a charge's row, asks `change` what becomes of it, and saves that. Refuses an unknown id. */
  update(id: string, change: ChargeChange): Promise<Charge>;
  /** Remembers that an order has ended, and changes its charge if there is one. */
  endOrder(ended: { orderId: string; reason: string }, change: ChargeChange): Promise<void>;
  /** Takes charges that are due to be looked at; each is due again after a pause that grows, should nothing come of it. */
  claimDue(limit: number): Promise<Charge[]>;
  /** Makes a charge due soon. */
  hurry(id: string): Promise<void>;
  /** Says that nothing is left to do for a charge, unless it has changed since. */
  finish(charge: Charge): Promise<void>;
  /** Forgets orders that ended longer ago than `ageMs`. */
  forgetEndedOrders(ageMs: number): Promise<void>;
}

/** Takes what no other instance is taking at the moment. */
const skippingLock = { mode: "pessimistic_write", onLocked: "skip_locked" } as const;
/** The longest pause between two looks at the same charge. */
const backoffMaxMs = 60_000;

/** createChargeStore keeps charges in a database. */
export function createChargeStore(
  database: Database,
  { unsettledAfterMs, backoffMs }: { readonly unsettledAfterMs: number; readonly backoffMs: number },
): ChargeStore {
  return {
    async insert(draft, whenEnded) {
      try {
        return await database.write(async (transaction) => {
          const at = await transaction.now();
          const charge = draft(at);
          await transaction.manager.insert(Charges, { ...charge, ...scheduled(charge, at) });
          // In this order, and locked: endOrder writes first and looks second too, so that one of the two sees the other.
          const ended = await transaction.lock(EndedOrders, { orderId: charge.orderId });
          return ended ? save(transaction, charge, whenEnded(charge, at), at) : charge;
        });
      } catch (error) {
        if (isDuplicate(error)) return null;
        throw error;
      }
    },

    get: async (id) => chargeOf(await database.reader().findOneBy(Charges, { id })),

    getByOrder: async (orderId) => chargeOf(await database.reader().findOneBy(Charges, { orderId })),

    update: (id, change) =>
      database.write(async (transaction) => {
        const before = chargeOf(await transaction.lock(Charges, { id }));
        if (!before) throw notFound();
        const at = await transaction.now();
        return save(transaction, before, change(before, at), at);
      }),

    endOrder: ({ orderId, reason }, change) =>
      database.write(async (transaction) => {
        const at = await transaction.now();
        try {
          await transaction.manager.insert(EndedOrders, { orderId, reason, endedAt: at });
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
        const before = chargeOf(await transaction.lock(Charges, { orderId }));
        if (before) await save(transaction, before, change(before, at), at);
      }),

    async claimDue(limit) {
      const due = { dueAt: LessThanOrEqual(await database.now()) };
      // Most rounds find nothing, and then need not write.
      if (!(await database.reader().existsBy(Charges, due))) return [];
      return database.write(async ({ manager, now }) => {
        const at = await now();
        const rows = await manager.find(Charges, {
          where: due,
          order: { dueAt: "ASC" },
          take: limit,
          ...(database.kind === "mysql" ? { lock: skippingLock } : {}),
        });
        for (const { id, tries } of rows) {
          const dueAt = after(at, backoffMs * 2 ** Math.min(tries, 16));
          await manager.update(Charges, { id }, { tries: tries + 1, dueAt });
        }
        return rows.flatMap((row) => chargeOf(row) ?? []);
      });
    },

    hurry: (id) =>
      database.write(async ({ manager, now }) => {
        const soon = after(await now(), backoffMs);
        await manager.update(Charges, { id, dueAt: MoreThan(soon) }, { dueAt: soon });
      }),

    finish: ({ id, version }) =>
      database.write(async ({ manager }) => {
        await manager.update(Charges, { id, version }, { dueAt: null });
      }),

    forgetEndedOrders: (ageMs) =>
      database.write(async ({ manager, now }) => {
        const before = new Date((await now()).getTime() - ageMs);
        await manager.delete(EndedOrders, { endedAt: LessThan(before) });
      }),
  };

  async function save(transaction: Transaction, before: Charge, { charge, events }: Change, at: Date): Promise<Charge> {
    if (charge === before) return before;
    const schedule = hasMoved(before, charge) ? scheduled(charge, at) : {};
    await transaction.manager.update(Charges, { id: charge.id }, { ...charge, ...schedule });
    await transaction.append(events, charge.updatedAt);
    return charge;
  }

  /** A charge that has moved is looked at again as if it were new. */
  function scheduled(charge: Charge, at: Date): Pick<ChargeRow, "dueAt" | "tries"> {
    const left = workLeft(charge);
    const dueAt = left === "none" ? null : left === "now" ? at : new Date(at.getTime() + unsettledAfterMs);
    return { dueAt, tries: 0 };
  }
}

/** Other changes leave the pauses as they are: they would be cut short by what a failed look leaves behind. */
function hasMoved(before: Charge, charge: Charge): boolean {
  return workLeft(before) !== workLeft(charge) || before.status !== charge.status;
}

function after(at: Date, ms: number): Date {
  return new Date(at.getTime() + Math.min(backoffMaxMs, ms));
}

function chargeOf(row: ChargeRow | null): Charge | null {
  if (!row) return null;
  const { dueAt: _, tries: __, ...charge } = row;
  return charge;
}
