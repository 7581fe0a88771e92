import { setTimeout as sleep } from "node:timers/promises";

/** until waits for a condition, with a bound: it gives what the condition gave when it was met. */
export async function until<T>(what: string, condition: () => T | Promise<T>, withinMs = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const met = await condition();
    if (met !== undefined && met !== null && met !== false) return met;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(10);
  }
}
