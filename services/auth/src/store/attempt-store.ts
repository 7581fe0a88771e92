import { createHash } from "node:crypto";
import type { Database } from "@gittix/common/database/database";
import { LessThan, MoreThan } from "typeorm";
import { Attempts } from "./tables.ts";

/** AttemptStore counts attempts within a window of time. */
export interface AttemptStore {
  /** How many attempts were made within the window, and when the `nth` newest of them was, if there are so many. */
  count(
    subject: string,
    nth: number,
  ): Promise<{ readonly count: number; readonly nthNewest?: Date; readonly at: Date }>;
  /** Counts one attempt for each subject. */
  insert(attempts: readonly { readonly id: string; readonly subject: string }[]): Promise<void>;
  /** Deletes what has left the window. */
  prune(): Promise<void>;
}

/** createAttemptStore counts attempts in a database. */
export function createAttemptStore(database: Database, windowMs: number): AttemptStore {
  return {
    async count(subject, nth) {
      const at = await database.now();
      const where = { subjectHash: hash(subject), attemptedAt: MoreThan(windowStart(at)) };
      const count = await database.reader().countBy(Attempts, where);
      if (count < nth) return { count, at };
      const [found] = await database.reader().find(Attempts, {
        where,
        order: { attemptedAt: "DESC" },
        skip: nth - 1,
        take: 1,
      });
      return found ? { count, nthNewest: found.attemptedAt, at } : { count: nth - 1, at };
    },

    insert: (attempts) =>
      database.write(async ({ manager, now }) => {
        const attemptedAt = await now();
        const rows = attempts.map(({ id, subject }) => ({ id, subjectHash: hash(subject), attemptedAt }));
        await manager.insert(Attempts, rows);
      }),

    async prune() {
      const gone = LessThan(windowStart(await database.now()));
      await database.write(({ manager }) => manager.delete(Attempts, { attemptedAt: gone }));
    },
  };

  function windowStart(at: Date): Date {
    return new Date(at.getTime() - windowMs);
  }
}

function hash(subject: string): string {
  return createHash("sha256").update(subject).digest("hex");
}
