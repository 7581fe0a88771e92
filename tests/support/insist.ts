import { setTimeout as pause } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { reasonOf } from "@gittix/common/errors";

/** The longest that a client insists; every crash is over long before. */
const insistMs = 90_000;

/** insist makes a call as a careful client does: the same request again, as long as nobody answers it. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  const end = performance.now() + insistMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!wasLost(error) || performance.now() > end) throw error;
      await pause(100);
    }
  }
}

/** wasLost tells a call whose answer never came, and which may or may not have taken effect. */
function wasLost(error: unknown): boolean {
  const reason = reasonOf(error);
  if (reason === "DEPENDENCY_UNAVAILABLE" || reason === "DEADLINE_EXCEEDED" || reason === "CALL_CANCELLED") return true;
  // A connection that breaks off in the middle of an answer; a service's own failures carry a reason.
  return (
    reason === undefined &&
    error instanceof ConnectError &&
    (error.code === Code.Internal || error.code === Code.Unavailable)
  );
}
