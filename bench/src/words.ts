import type { Outcome } from "./load.ts";
import type { Comparison } from "./rounds.ts";
import type { Result } from "./figure.ts";

/** rateOf writes a rate with its slow end. */
export function rateOf({ perSecond, p99Ms }: Outcome): string {
  return `${count(perSecond)}/s, p99 ${ms(p99Ms)}`;
}

/** ms writes a duration. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : count(value)} ms`;
}

/** count writes a number with as many digits as mean something. */
export function count(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 100 ? 1 : 0 });
}

/** rateResult makes the line of a rate that is compared with a floor. */
export function rateResult(figure: string, comparison: Comparison, callers: number, target: number): Result {
  return {
    figure,
    measured: rateOf(comparison.figure),
    floor: rateOf(comparison.floor),
    ratio: comparison.ratio,
    target: `${target.toFixed(2)} of the floor`,
    met: comparison.ratio >= target,
    numbers: { callers, ...comparison },
  };
}
