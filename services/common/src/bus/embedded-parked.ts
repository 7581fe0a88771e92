import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { ParkedMessage } from "./bus.ts";
import { readMessage } from "./embedded-messages.ts";

/** EmbeddedParked is what an operator does with parked messages. `queue` is where they failed. */
export interface EmbeddedParked {
  list(queue: string, parkedName: string, limit: number): { messages: readonly ParkedMessage[]; total: number };
  replay(queue: string, parkedName: string, ids: readonly string[] | "all", at: number): readonly string[];
  discard(queue: string, parkedName: string, ids: readonly string[] | "all"): readonly string[];
}

/** openParked prepares the statements. */
export function openParked(db: DatabaseSync): EmbeddedParked {
  const parked = "queue = :parkedName AND failed_in = :queue";
  // One statement for ids and all: the ids travel as a JSON array, or null for all.
  const chosen = `${parked} AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))`;
  const list = db.prepare(`SELECT * FROM message WHERE ${parked} ORDER BY due_at, seq LIMIT :limit`);
  const total = db.prepare(`SELECT count(*) AS total FROM message WHERE ${parked}`);
  const replay = db.prepare(
    `UPDATE message SET queue = failed_in, due_at = :at, attempts = 0, error = NULL, failed_in = NULL
     WHERE ${chosen} RETURNING id`,
  );
  const discard = db.prepare(`DELETE FROM message WHERE ${chosen} RETURNING id`);

  return {
    list: (queue, parkedName, limit) => ({
      messages: list.all({ queue, parkedName, limit }).map(readParked),
      total: Number(total.get({ queue, parkedName })?.total),
    }),
    replay: (queue, parkedName, ids, at) =>
      replay.all({ queue, parkedName, ids: idsParameter(ids), at }).map((row) => String(row.id)),
    discard: (queue, parkedName, ids) =>
      discard.all({ queue, parkedName, ids: idsParameter(ids) }).map((row) => String(row.id)),
  };
}

function idsParameter(ids: readonly string[] | "all"): string | null {
  return ids === "all" ? null : JSON.stringify(ids);
}

function readParked(row: Record<string, SQLOutputValue>): ParkedMessage {
  return {
    ...readMessage(row),
    queue: String(row.failed_in),
    error: String(row.error),
    attempts: Number(row.attempts),
    parkedAt: new Date(Number(row.due_at)),
  };
}
