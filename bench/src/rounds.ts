import type { Bench } from "./figure.ts";
import type { Load, Outcome } from "./load.ts";

/** Side runs a load against one of two things that are compared. */
export type Side = (load: Load) => Promise<Outcome>;

/** Comparison is what came of a figure and its floor, measured in turn. */
export interface Comparison {
  readonly figure: Outcome;
  readonly floor: Outcome;
  /** The middle of the ratios of neighbouring turns: what slows the machine for a while slows both. */
  readonly ratio: number;
  readonly turns: readonly { readonly figure: Outcome; readonly floor: Outcome }[];
}

/** compare measures a figure and its floor with the same number of callers, A B A B. */
export async function compare(bench: Bench, callers: number, figure: Side, floor: Side): Promise<Comparison> {
  const load = { callers, seconds: bench.seconds };
  const turns: { figure: Outcome; floor: Outcome }[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    turns.push({ figure: await figure(load), floor: await floor(load) });
  }
  return {
    figure: middle(turns.map((turn) => turn.figure)),
    floor: middle(turns.map((turn) => turn.floor)),
    ratio: median(turns.map((turn) => turn.figure.perSecond / turn.floor.perSecond)),
    turns,
  };
}

function middle(outcomes: readonly Outcome[]): Outcome {
  return {
    perSecond: median(outcomes.map((each) => each.perSecond)),
    p50Ms: median(outcomes.map((each) => each.p50Ms)),
    p99Ms: median(outcomes.map((each) => each.p99Ms)),
    calls: outcomes.reduce((sum, each) => sum + each.calls, 0),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}
