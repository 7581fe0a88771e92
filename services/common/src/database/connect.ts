import { setTimeout as sleep } from "node:timers/promises";
import { DataSource, type DataSourceOptions } from "typeorm";
import type { Logger } from "../log.ts";
import { isUnavailable } from "./database-errors.ts";

/** How long a service that starts waits for a database that is not there yet, unless told otherwise. */
const waitMaxDefaultMs = 60_000;

/** connect opens a data source, and waits for a database that does not answer yet. */
export async function connect(
  options: DataSourceOptions,
  { log, waitMaxMs = waitMaxDefaultMs }: { readonly log: Logger; readonly waitMaxMs?: number | undefined },
): Promise<DataSource> {
  const deadline = performance.now() + waitMaxMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await new DataSource(options).initialize();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      const where = placeOf(options);
      if (performance.now() > deadline) {
        throw new Error(
          `The database at ${where} does not answer, after ${Math.round(waitMaxMs / 1000)} s of waiting.`,
          {
            cause: error,
          },
        );
      }
      if (attempt === 1) log.warn({ err: error, database: where }, "waiting for the database");
      await sleep(Math.min(2000, 100 * 2 ** attempt));
    }
  }
}

/** Host and port, without the password. */
function placeOf(options: DataSourceOptions): string {
  return "url" in options && typeof options.url === "string" ? new URL(options.url).host : "the file";
}
