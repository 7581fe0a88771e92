import type { Database } from "./database.ts";
import { idempotencyConflict, invalid } from "./errors.ts";

const KEY_LENGTH_MAX = 255;

/** Kept is the answer that a key was given the first time. */
export type Kept = { status: number; body: string; requestId: string };

export type Idempotency = {
  /** claim gives the kept answer, or takes the key until release; it throws on a misuse of the key. */
  claim: (key: string, endpoint: string, params: string) => Kept | undefined;
  keep: (key: string, endpoint: string, params: string, answer: Kept) => void;
  release: (key: string) => void;
};

export function createIdempotency(database: Database, now: () => number): Idempotency {
  // Which keys are at work is true only for this process: after a crash nothing is in flight, and
  // the kept answer was committed together with the work or not at all.
  const inFlight = new Set<string>();

  return {
    claim(key, endpoint, params) {
      if (key.length > KEY_LENGTH_MAX) {
        throw invalid(`Idempotency keys can have up to ${KEY_LENGTH_MAX} characters.`, {
          param: "Idempotency-Key",
        });
      }
      const row = database.get("SELECT * FROM idempotency_keys WHERE key = ?", key);
      if (row !== undefined) {
        checkSame("endpoint", String(row["endpoint"]), endpoint, key);
        checkSame("parameters", String(row["params"]), params, key);
        return {
          status: Number(row["status"]),
          body: String(row["body"]),
          requestId: String(row["request_id"]),
        };
      }
      if (inFlight.has(key)) {
        const message =
          "There is currently another in-progress request using this Stripe Idempotency Key (that probably means " +
          `you submitted twice, and the other request is still going through): ${key}.`;
        throw idempotencyConflict(409, message, "idempotency_key_in_use");
      }
      inFlight.add(key);
      return undefined;
    },
    keep(key, endpoint, params, answer) {
      database.run(
        "INSERT INTO idempotency_keys (key, endpoint, params, status, body, request_id, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        key,
        endpoint,
        params,
        answer.status,
        answer.body,
        answer.requestId,
        now(),
      );
    },
    release: (key) => void inFlight.delete(key),
  };
}

function checkSame(what: "endpoint" | "parameters", first: string, now: string, key: string): void {
  if (first === now) return;
  const used =
    what === "endpoint"
      ? `for the same endpoint they were first used for ('${now}' vs '${first}')`
      : "with the same parameters they were first used with";
  throw idempotencyConflict(
    400,
    `Keys for idempotent requests can only be used ${used}. ` +
      `Try using a key other than '${key}' if you meant to execute a different request.`,
  );
}
