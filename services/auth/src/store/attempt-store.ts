import { createHash } from "node:crypto";
import type { Database } from "@gittix/common/database/database";
import { In, LessThan, MoreThan } from "typeorm";
import { Attempts } from "./tables.ts";

/** AttemptStore counts attempts within a window of time. */
export interface AttemptStore {
  /** When the `nth` newest attempt within the window was made, and what time it is; null where there are fewer. */
  nthNewest(subject: string, nth: number): Promise<{ readonly attemptedAt: Date; readonly at: Date } | null>;
  /** Counts one attempt for each subject, and commits it. */
  insert(attempts: readonly { readonly id: string; readonly subject: string }[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** Deletes what has left the window. */
  prune(): Promise<void>;
}

/** createAttemptStore counts attempts in a database. */
export function createAttemptStore(database: Database, windowMs: number): AttemptStore {
  return {
    async nthNewest(subject, nth) {
      const at = await database.now();
      const found = await database.reader().find(Attempts, {
        where: { subjectHash: hash(subject), attemptedAt: MoreThan(windowStart(at)) },
        order: { attemptedAt: "DESC" },
        skip: nth - 1,
        take: 1,
      });
      return found[0] ? { attemptedAt: found[0].attemptedAt, at } : null;
    },

    insert: (attempts) =>
      database.write(async ({ manager, now }) => {
        const attemptedAt = await now();
        const rows = attempts.map(({ id, subject }) => ({ id, subjectHash: hash(subject), attemptedAt }));
        await manager.insert(Attempts, rows);
      }),

    async remove(ids) {
      await database.write(({ manager }) => manager.delete(Attempts, { id: In([...ids]) }));
    },

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
