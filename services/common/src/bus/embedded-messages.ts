import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { BusMessage } from "./bus.ts";
import type { Route } from "./embedded-topology.ts";

/** Taken is a message given to a consumer: `attempts` counts the attempt that begins. */
export interface Taken extends BusMessage {
  readonly seq: number;
  readonly queue: string;
  readonly attempts: number;
}

/** EmbeddedMessages is every change of a message's row. Each is called in a transaction. */
export interface EmbeddedMessages {
  add(message: BusMessage, route: Route, at: number): void;
  /** Takes due messages of a queue. The attempt is counted before it begins, or one that kills would return for ever. */
  take(queue: string, count: number, at: number): readonly Taken[];
  takeOne(seq: number): Taken | undefined;
  done(seq: number): void;
  retry(seq: number, dueAt: number): void;
  park(seq: number, parkedName: string, attempts: number, error: string, at: number): void;
  /** When the next message of the queue falls due that is not due yet. */
  nextDueAt(queue: string, at: number): number | undefined;
  /** How many stand in a queue or wait queue, those with a consumer or resting between attempts left out. */
  depth(name: string, at: number): number;
  /** Gives back what was with a consumer when the last process ended; those attempted before are named instead. */
  recover(): readonly { readonly seq: number; readonly queue: string }[];
}

/** openMessages prepares the statements. */
export function openMessages(db: DatabaseSync): EmbeddedMessages {
  const columns = "seq, queue, attempts, id, type, body";
  const add = db.prepare("INSERT INTO message (queue, wait, due_at, id, type, body) VALUES (?, ?, ?, ?, ?, ?)");
  const take = db.prepare(
    `UPDATE message SET attempts = attempts + 1, due_at = NULL, wait = NULL WHERE seq IN (
       SELECT seq FROM message WHERE queue = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?
     ) RETURNING ${columns}`,
  );
  const takeOne = db.prepare(`UPDATE message SET attempts = attempts + 1 WHERE seq = ? RETURNING ${columns}`);
  const done = db.prepare("DELETE FROM message WHERE seq = ?");
  const retry = db.prepare("UPDATE message SET due_at = ? WHERE seq = ?");
  const park = db.prepare(
    "UPDATE message SET failed_in = queue, queue = ?, attempts = ?, error = ?, due_at = ? WHERE seq = ?",
  );
  const next = db.prepare("SELECT min(due_at) AS due_at FROM message WHERE queue = ? AND due_at > ?");
  const depth = db.prepare(
    `SELECT (SELECT count(*) FROM message WHERE queue = :name AND due_at <= :at)
          + (SELECT count(*) FROM message WHERE wait = :name AND due_at > :at) AS depth`,
  );

  return {
    add(message, route, at) {
      const dueAt = route.wait === null ? at : at + route.ttlMs;
      add.run(route.queue, route.wait, dueAt, message.id, message.type, message.body);
    },
    take: (queue, count, at) =>
      take
        .all(queue, at, count)
        .map(readTaken)
        .sort((a, b) => a.seq - b.seq),
    takeOne(seq) {
      const row = takeOne.get(seq);
      return row && readTaken(row);
    },
    done: (seq) => void done.run(seq),
    retry: (seq, dueAt) => void retry.run(dueAt, seq),
    park: (seq, parkedName, attempts, error, at) => void park.run(parkedName, attempts, error, at, seq),
    nextDueAt(queue, at) {
      const dueAt = next.get(queue, at)?.due_at;
      return typeof dueAt === "number" ? dueAt : undefined;
    },
    depth: (name, at) => Number(depth.get({ name, at })?.depth),
    recover() {
      db.prepare("UPDATE message SET due_at = 0 WHERE due_at IS NULL AND attempts < 2").run();
      return db
        .prepare("SELECT seq, queue FROM message WHERE due_at IS NULL ORDER BY seq")
        .all()
        .map((row) => ({ seq: Number(row.seq), queue: String(row.queue) }));
    },
  };
}

function readTaken(row: Record<string, SQLOutputValue>): Taken {
  return { ...readMessage(row), seq: Number(row.seq), queue: String(row.queue), attempts: Number(row.attempts) };
}

/** readMessage reads the three columns that a message is made of. */
export function readMessage(row: Record<string, SQLOutputValue>): BusMessage {
  const { body } = row;
  if (!ArrayBuffer.isView(body)) throw new Error("A message in the event bus file has no body.");
  return {
    id: String(row.id),
    type: String(row.type),
    body: new Uint8Array(body.buffer, body.byteOffset, body.byteLength),
  };
}
