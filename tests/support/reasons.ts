import { reasonOf } from "@gittix/common/errors";

/** reasonFor gives the reason that a call is refused with, or what it was answered with instead. */
export async function reasonFor(call: Promise<unknown>): Promise<unknown> {
  try {
    return await call;
  } catch (error) {
    return reasonOf(error) ?? error;
  }
}

/** tally counts the outcomes of calls made at once: `ok` for those that succeed, the reason for the others. */
export async function tally(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const outcomes = await Promise.allSettled(calls);
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const name = outcome.status === "fulfilled" ? "ok" : (reasonOf(outcome.reason) ?? String(outcome.reason));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
