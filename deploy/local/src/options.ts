import { parseArgs } from "node:util";
import { parseDuration } from "@gittix/common/config";

/** Options are what a person may say on the command line. */
export interface Options {
  readonly port: number;
  readonly data: string;
  readonly hold: string;
  readonly demo: boolean;
}

/** UsageError is a sentence that tells what is wrong with the command line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const usage = `GitTix: the whole marketplace in one process.

  npm start -- [options]

  --port N      the address to open is http://localhost:N (3000); the services' gRPC ports follow it
  --data DIR    where everything is kept (.data)
  --hold TIME   how long an order holds its ticket, such as 30s or 15m (15m)
  --demo        begin with some users and tickets to look at
  --help        this page
`;

/** readOptions reads the command line; undefined when the usage was asked for. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { port, data, hold, demo, help } = parse(args);
  if (help) return undefined;
  return { ...readPlace({ port, data, hold }), demo };
}

/** readPlace reads what every way to start takes: where to listen, where to keep things, how long to hold. */
export function readPlace({
  port,
  data,
  hold,
}: {
  readonly port: string;
  readonly data: string;
  readonly hold: string;
}) {
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_000) {
    throw new UsageError(`--port takes a number from 1 to 65000, not "${port}".`);
  }
  const holdMs = parseDuration(hold);
  if (holdMs === undefined || holdMs < 1000 || holdMs > 24 * 3_600_000) {
    throw new UsageError(`--hold takes a duration from 1s to 24h, such as 30s or 15m, not "${hold}".`);
  }
  if (data === "") throw new UsageError("--data takes a folder.");
  return { port: Number(port), data, hold };
}

/** asUsageError says what is wrong with a command line that could not be taken apart. */
export function asUsageError(error: unknown): UsageError {
  return new UsageError(`${error instanceof Error ? error.message : String(error)} (--help shows all options)`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "3000" },
        data: { type: "string", default: ".data" },
        hold: { type: "string", default: "15m" },
        demo: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw asUsageError(error);
  }
}
