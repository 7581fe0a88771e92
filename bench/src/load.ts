/** Load says how many call at a time, and for how long. */
export interface Load {
  readonly callers: number;
  readonly seconds: number;
}

/** Outcome is what came of it. */
export interface Outcome {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly calls: number;
}

/** Calls before this are not counted: connections open, and the compiler gets warm. */
const warmUpMs = 700;

/** runLoad lets each caller call again and again, each time when its call before has been answered. */
export async function runLoad(
  { callers, seconds }: Load,
  call: (caller: number) => Promise<unknown>,
): Promise<Outcome> {
  const from = performance.now() + warmUpMs;
  const until = from + seconds * 1000;
  const times: number[] = [];
  const loop = async (caller: number) => {
    for (;;) {
      const startedAt = performance.now();
      if (startedAt >= until) return;
      await call(caller);
      const endedAt = performance.now();
      if (endedAt >= from && endedAt < until) times.push(endedAt - startedAt);
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => loop(caller)));
  return { perSecond: times.length / seconds, ...percentiles(times), calls: times.length };
}

/** percentiles gives the middle and the slow end of some durations. */
export function percentiles(times: readonly number[]): { p50Ms: number; p99Ms: number } {
  const sorted = Float64Array.from(times).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}
