import { ConfigError, readConfig, type Env } from "./config.ts";
import type { Migration } from "./database/data-source.ts";
import { migrateDatabase } from "./database/migrate.ts";
import { createLog } from "./log.ts";
import { platformSettings } from "./platform-settings.ts";
import type { RunningService } from "./service.ts";

/**
 * run makes a process of a service: starts it, and stops it on SIGTERM or Ctrl-C. With `--migrate-only` it
 * brings the service's tables up to date and ends; a start does so too, so this is for whoever wants it before.
 */
export async function run(
  start: (env: Env) => Promise<RunningService>,
  migrations: readonly Migration[],
): Promise<void> {
  try {
    if (process.argv.includes("--migrate-only")) await migrateOnly(process.env, migrations);
    else stopOnSignal(await start(process.env));
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`);
    process.exit(1);
  }
}

function stopOnSignal(service: RunningService): void {
  const stop = () => {
    void service.stop().then(() => process.exit(0));
    // A close that hangs must not keep the process: what matters is committed already.
    setTimeout(() => process.exit(1), 10_000).unref();
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

/** Needs no other setting than those of the database. */
async function migrateOnly(env: Env, migrations: readonly Migration[]): Promise<void> {
  const { databaseUrl, logLevel, startWaitMaxMs } = platformSettings;
  const config = readConfig(env, { databaseUrl, logLevel, startWaitMaxMs });
  const log = createLog(undefined, config.logLevel);
  await migrateDatabase({ url: config.databaseUrl, migrations, log, waitMaxMs: config.startWaitMaxMs });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
