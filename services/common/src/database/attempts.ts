import type { Logger } from "../log.ts";
import { failure } from "../errors.ts";
import { databaseUnavailable, isRetryable, isUnavailable } from "./database-errors.ts";

/** How often a transaction is run again. */
const retriesMax = 5;

/** Attempt is one run of a transaction. */
export interface Attempt {
  /** To be called when nothing is left but to commit: if the connection is lost now, nobody knows what became of it. */
  committing(): void;
}

/**
 * runTransaction runs a transaction again when the database rolled it back for another's sake, or when the
 * connection was lost before the commit. It never does when it may have been committed: the caller hears
 * UNAVAILABLE and asks again, with what makes the request recognisable.
 */
export async function runTransaction<T>(work: (attempt: Attempt) => Promise<T>, log: Logger): Promise<T> {
  for (let retries = 0; ; retries++) {
    let mayBeCommitted = false;
    try {
      return await work({ committing: () => void (mayBeCommitted = true) });
    } catch (error) {
      const lost = isUnavailable(error);
      if (!lost && !isRetryable(error)) throw error;
      if (lost && (mayBeCommitted || retries >= retriesMax)) throw databaseUnavailable(error);
      if (retries >= retriesMax) {
        throw failure("DEPENDENCY_UNAVAILABLE", "The database is too busy. Try again.", { cause: error });
      }
      log.debug({ retries, lost }, "transaction rolled back; trying again");
      await pause(retries + 1);
    }
  }
}

/** Waits 10 to 20 ms times the attempt, so that two that collided do not meet again. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10 * attempt * (1 + Math.random())));
}
