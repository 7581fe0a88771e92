import { EntitySchema, In } from "typeorm";
import type { EventBus } from "../bus/bus.ts";
import type { Logger } from "../log.ts";
import type { Database } from "./database.ts";

/** OutboxRow is an event that is committed and not yet known to be with the broker. */
export interface OutboxRow {
  id: string;
  type: string;
  body: Buffer;
  appendedAt: Date;
  /** A relay is publishing it; after this time another may. */
  claimedUntil: Date | null;
}

export const Outbox = new EntitySchema<OutboxRow>({
  name: "outbox",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    type: { type: "varchar", length: 200 },
    body: { type: "blob" },
    appendedAt: { name: "appended_at", type: "datetime", precision: 3 },
    claimedUntil: { name: "claimed_until", type: "datetime", precision: 3, nullable: true },
  },
});

/** Relay moves events from the outbox to the broker. */
export interface Relay {
  /** Stops after the batch under way; what is left stays in the outbox. */
  stop(): Promise<void>;
}

const batchSize = 256;
/**
 * Longer than a publish takes, so that two relays rarely publish the same event (which does no harm), and no longer,
 * since the events of a relay that was killed wait until then.
 */
const claimMs = 5000;
/** Looks without being kicked this often, for rows that another instance left behind. */
const pollMs = 1000;
const backoffMaxMs = 5000;

/** startRelay publishes what the outbox holds, whenever a commit kicks it and every second besides. */
export function startRelay(database: Database, bus: EventBus, log: Logger): Relay {
  const stopping = new AbortController();
  let wake = Promise.withResolvers<void>();
  let kicked = true;
  database.onAppended(() => {
    kicked = true;
    wake.resolve();
  });

  const done = (async () => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      wake = Promise.withResolvers<void>();
      kicked = false;
      try {
        while ((await relayBatch(database, bus)) && !stopping.signal.aborted);
        failures = 0;
      } catch (error) {
        failures++;
        if (failures === 1) log.warn({ err: error }, "events wait in the outbox");
      }
      if (kicked && failures === 0) continue;
      const pauseMs = failures === 0 ? pollMs : Math.min(backoffMaxMs, 100 * 2 ** failures);
      await waitFor(pauseMs, failures === 0 ? wake.promise : undefined, stopping.signal);
    }
  })();

  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

/** relayBatch publishes up to a batch of events and forgets those the broker has confirmed. True when there may be more. */
export async function relayBatch(database: Database, bus: EventBus): Promise<boolean> {
  const rows = database.kind === "mysql" ? await claim(database) : await oldest(database);
  if (rows.length === 0) return false;
  try {
    await bus.publish(rows);
  } catch (error) {
    // Otherwise they would wait for the end of the lease, although the broker may be back in a moment.
    if (database.kind === "mysql") await unclaim(database, rows);
    throw error;
  }
  await database.write(({ manager }) => manager.delete(Outbox, { id: In(rows.map((row) => row.id)) }));
  return rows.length === batchSize;
}

/** An embedded database has one relay: nothing to claim. */
function oldest(database: Database): Promise<OutboxRow[]> {
  return database.reader().find(Outbox, { order: { id: "ASC" }, take: batchSize });
}

/** Takes rows that no other relay is publishing. The lease, and not a lock, covers the publish. */
function claim(database: Database): Promise<OutboxRow[]> {
  return database.write(async ({ manager, now }) => {
    const at = await now();
    const rows = await manager
      .createQueryBuilder(Outbox, "row")
      .where("row.claimed_until IS NULL OR row.claimed_until < :at", { at })
      .orderBy("row.id")
      .limit(batchSize)
      .setLock("pessimistic_write")
      .setOnLocked("skip_locked")
      .getMany();
    const ids = rows.map((row) => row.id);
    if (ids.length > 0) {
      await manager.update(Outbox, { id: In(ids) }, { claimedUntil: new Date(at.getTime() + claimMs) });
    }
    return rows;
  });
}

function unclaim(database: Database, rows: readonly OutboxRow[]): Promise<unknown> {
  return database.write(({ manager }) =>
    manager.update(Outbox, { id: In(rows.map((row) => row.id)) }, { claimedUntil: null }),
  );
}

function waitFor(ms: number, wake: Promise<void> | undefined, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish);
    void wake?.then(finish);
    if (signal.aborted) finish();
  });
}
