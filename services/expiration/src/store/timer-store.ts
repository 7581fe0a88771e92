import type { Database } from "@gittix/common/database/database";
import { isDuplicate } from "@gittix/common/database/database-errors";
import { IsNull, LessThan, Not } from "typeorm";
import { fire, rank, set } from "../domain/timer.ts";
import { Timers } from "./tables.ts";

/** TimerStatistics is how the timers of the last day have done. */
export interface TimerStatistics {
  readonly waiting: number;
  readonly oldestDueAt: Date | undefined;
  readonly fired: number;
  readonly latenessP50Ms: number | undefined;
  readonly latenessP99Ms: number | undefined;
}

/** TimerStore keeps what operators want to know of the timers. The timers themselves are messages in the wait queue. */
export interface TimerStore {
  now(): Promise<Date>;
  /** Notes that a timer waits. */
  set(orderId: string, dueAt: Date): Promise<void>;
  /** Notes that a timer has expired its order. */
  fire(orderId: string, dueAt: Date): Promise<void>;
  /** Forgets a timer that still waits: its order has ended otherwise. */
  forgetWaiting(orderId: string): Promise<void>;
  /** Forgets timers that were due before a moment. */
  forgetBefore(moment: Date): Promise<void>;
  statistics(): Promise<TimerStatistics>;
}

/** createTimerStore keeps timers in a database. */
export function createTimerStore(database: Database): TimerStore {
  return {
    now: () => database.now(),

    set: (orderId, dueAt) =>
      database.write(async ({ manager }) => {
        await manager.insert(Timers, set(orderId, dueAt)).catch((error: unknown) => {
          // The timer has fired before the news of the order came: it stays as it is.
          if (!isDuplicate(error)) throw error;
        });
      }),

    fire: (orderId, dueAt) =>
      database.write(async ({ manager, lock, now }) => {
        const timer = await lock(Timers, { orderId });
        await manager.save(Timers, fire(timer ?? set(orderId, dueAt), await now()));
      }),

    forgetWaiting: (orderId) =>
      database.write(async ({ manager }) => void (await manager.delete(Timers, { orderId, firedAt: IsNull() }))),

    forgetBefore: (moment) =>
      database.write(async ({ manager }) => void (await manager.delete(Timers, { dueAt: LessThan(moment) }))),

    async statistics() {
      const reader = database.reader();
      const [waiting, fired, oldest] = await Promise.all([
        reader.countBy(Timers, { firedAt: IsNull() }),
        reader.countBy(Timers, { firedAt: Not(IsNull()) }),
        reader.findOne(Timers, { where: { firedAt: IsNull() }, order: { dueAt: "ASC" } }),
      ]);
      const [latenessP50Ms, latenessP99Ms] = await Promise.all([lateness(50, fired), lateness(99, fired)]);
      return { waiting, fired, oldestDueAt: oldest?.dueAt, latenessP50Ms, latenessP99Ms };
    },
  };

  async function lateness(percentile: number, count: number): Promise<number | undefined> {
    const [timer] = await database.reader().find(Timers, {
      where: { latenessMs: Not(IsNull()) },
      order: { latenessMs: "ASC" },
      skip: rank(percentile, count),
      take: 1,
    });
    return timer?.latenessMs ?? undefined;
  }
}
