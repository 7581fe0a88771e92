import { isIP } from "node:net";
import { parseArgs } from "node:util";

/** Options are what a person may say on the command line. */
export interface Options {
  readonly only: readonly string[] | undefined;
  readonly seconds: number;
  readonly rounds: number;
  readonly quick: boolean;
  readonly host: string;
  /** Keep the result as the one that docs/benchmarks.md shows. */
  readonly reference: boolean;
  /** A folder for CPU profiles of the services. */
  readonly profile: string | undefined;
}

/** UsageError is a sentence that tells what is wrong with the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** usageOf shows the options; `names` are those of the figures. */
export function usageOf(names: readonly string[]): string {
  return `Measures GitTix on servers and processes of its own, each figure beside its floor.

  npm run bench -- [options]

  --only A,B     only these figures: ${names.join(", ")}
  --seconds N    how long each turn of a load is (4)
  --rounds N     how many turns figure and floor take each (3)
  --quick        short turns and small numbers: to see that all works, not to measure
  --host ADDR    the loopback address to use (127.0.0.1)
  --reference    keep the result in bench/reference.json and docs/benchmarks.md
  --profile DIR  write a CPU profile of each service there, when it stops
  --help         this page
`;
}

/** readOptions reads the command line; undefined when the usage was asked for. */
export function readOptions(args: readonly string[], names: readonly string[]): Options | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const only = values.only?.split(",").map((name) => name.trim());
  const stranger = only?.find((name) => !names.includes(name));
  if (stranger !== undefined) throw new UsageError(`--only knows ${names.join(", ")}; not "${stranger}".`);
  if (!isLoopback(values.host))
    throw new UsageError(`--host takes a loopback address, not "${values.host}": this is no load test for a network.`);
  return {
    only,
    seconds: positive("seconds", values.seconds ?? (values.quick ? "1" : "4")),
    rounds: Math.ceil(positive("rounds", values.rounds ?? (values.quick ? "1" : "3"))),
    quick: values.quick,
    host: values.host,
    reference: values.reference,
    profile: values.profile,
  };
}

/** isLoopback tells whether an address reaches no further than this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 600)) throw new UsageError(`--${name} takes a number up to 600, not "${value}".`);
  return number;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        seconds: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean", default: false },
        host: { type: "string", default: "127.0.0.1" },
        reference: { type: "boolean", default: false },
        profile: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} (--help shows all options)`);
  }
}
