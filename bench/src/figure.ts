import type { Market } from "./market.ts";
import type { Person } from "./people.ts";
import type { Stock } from "./seed.ts";

/** Bench is what a figure is measured on. */
export interface Bench {
  readonly market: Market;
  readonly host: string;
  /** Where the market keeps its data. */
  readonly folder: string;
  /** 100,000 listed tickets. */
  readonly stock: Stock;
  readonly seller: Person;
  readonly buyers: readonly Person[];
  /** How long a turn of the load is, and how many turns figure and floor take each. */
  readonly seconds: number;
  readonly rounds: number;
  /** Shorter and smaller, to see that all works: its figures are worth nothing. */
  readonly quick: boolean;
  note(line: string): void;
}

/** Result is one line of the table. */
export interface Result {
  readonly figure: string;
  readonly measured: string;
  readonly floor: string;
  /** The figure by its floor, where it is measured so. */
  readonly ratio?: number;
  readonly target: string;
  readonly met: boolean;
  /** All numbers, for the file. */
  readonly numbers: Readonly<Record<string, unknown>>;
}

/** Figure is one thing that is measured. */
export interface Figure {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Result[]>;
}
