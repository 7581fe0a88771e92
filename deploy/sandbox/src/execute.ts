import type { Database } from "./database.ts";
import { ApiError, internalError } from "./errors.ts";
import type { Idempotency, Kept } from "./idempotency.ts";
import type { Caller } from "./keys.ts";
import { viewOf } from "./routes.ts";
import type { Reply } from "./types.ts";

export type Execution = {
  requestId: string;
  caller: Caller;
  /** key is the Idempotency-Key with what it was used for. */
  key?: { name: string; endpoint: string; params: string } | undefined;
  /** failAfter answers 500 although the work is done. */
  failAfter: boolean;
  work: () => Reply;
};

/**
 * createExecute runs the work of a call and keeps its answer under its idempotency key in one
 * transaction: whenever the process dies, a repetition either finds the answer or does the work.
 */
export function createExecute(database: Database, idempotency: Idempotency) {
  return ({ requestId, caller, key, failAfter, work }: Execution): Kept => {
    const keep = (answer: Kept): Kept => {
      if (key !== undefined) idempotency.keep(key.name, key.endpoint, key.params, answer);
      return answer;
    };
    try {
      return database.transaction(() => {
        const reply = work();
        return keep(answerOf(failAfter ? { status: 500, body: { error: internalError() } } : reply, requestId));
      });
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const answer = answerOf(failure(cause, caller), requestId);
      return cause.began ? keep(answer) : answer;
    }
  };
}

export function failure(cause: ApiError, caller: Caller): Reply {
  const body = { error: cause.error };
  return { status: cause.status, body: caller === "browser" ? viewOf(body) : body };
}

export function answerOf({ status, body }: Reply, requestId: string): Kept {
  return { status, body: JSON.stringify(body, null, 2), requestId };
}
