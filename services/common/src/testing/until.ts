import { setTimeout as pause } from "node:timers/promises";

/** until asks again and again until the answer is one that `holds`, and gives it; it gives up after `withinMs`. */
export async function until<T>(
  ask: () => T | Promise<T>,
  holds: (answer: T) => boolean = Boolean,
  withinMs = 10_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (performance.now() > end) throw new Error(`not so within ${withinMs} ms; the last answer was ${show(answer)}`);
    await pause(10);
  }
}

function show(answer: unknown): string {
  return JSON.stringify(answer, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
