import { createAlarm } from "./alarm.ts";
import { settle } from "./attempts.ts";
import type { Database } from "./database.ts";
import { settleRefund } from "./refunds.ts";
import type { Log } from "./types.ts";
import type { JobKind, Work } from "./work.ts";

/** Jobs are what happens by itself some time later; they are rows, so a restart only delays them. */
export type Jobs = {
  later: (kind: JobKind, subject: string) => void;
  /** settle does at once all that waits, whenever it was due. */
  settle: () => void;
  wake: () => void;
  stop: () => void;
};

type Options = {
  database: Database;
  now: () => number;
  delaysMs: Record<JobKind, number>;
  begin: () => Work;
  committed: () => void;
  log: Log;
};

export function createJobs({ database, now, delaysMs, begin, committed, log }: Options): Jobs {
  const alarm = createAlarm({
    now,
    next() {
      const due = database.get("SELECT MIN(due_ms) AS due FROM jobs")?.["due"];
      return typeof due === "number" ? due : undefined;
    },
    ring: () => run(now()),
  });

  function run(until: number): void {
    const jobs = database.all("SELECT id, kind, subject FROM jobs WHERE due_ms <= ? ORDER BY due_ms, id", until);
    for (const { id, kind, subject } of jobs) {
      try {
        database.transaction(() => carryOut(begin(), String(kind), String(subject)));
      } catch (cause) {
        // One broken job must neither end the process nor be tried for ever.
        log("job failed", { kind: String(kind), subject: String(subject), cause: String(cause) });
      }
      // Deleted after its work: a crash in between repeats it, which changes nothing.
      database.run("DELETE FROM jobs WHERE id = ?", Number(id));
    }
    if (jobs.length > 0) committed();
  }

  return {
    later(kind, subject) {
      database.run("INSERT INTO jobs (kind, subject, due_ms) VALUES (?, ?, ?)", kind, subject, now() + delaysMs[kind]);
    },
    settle: () => run(Number.MAX_SAFE_INTEGER),
    wake: alarm.set,
    stop: alarm.stop,
  };
}

function carryOut(work: Work, kind: string, subject: string): void {
  if (kind === "settle_payment") {
    const intent = work.store.find("payment_intent", subject);
    if (intent !== undefined) settle(work, intent);
  } else if (kind === "settle_refund") {
    const refund = work.store.find("refund", subject);
    if (refund !== undefined) settleRefund(work, refund);
  }
}
