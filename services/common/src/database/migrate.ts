import { MigrationExecutor, type DataSource, type QueryRunner } from "typeorm";
import type { Logger } from "../log.ts";
import { connect } from "./connect.ts";
import { dataSources, type Migration } from "./data-source.ts";

/** How long an instance waits for another that is migrating, and how often it says so. */
const lockMaxMs = 10 * 60_000;
const sayEverySeconds = 10;

/** migrateDatabase brings the tables of a database up to date, and does nothing else. */
export async function migrateDatabase(options: {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly log: Logger;
  readonly waitMaxMs?: number | undefined;
}): Promise<void> {
  const { kind, migrates } = dataSources(options.url, { entities: [], migrations: options.migrations });
  const source = await connect(migrates, options);
  try {
    if (kind === "mysql") await underLock(source, options.log);
    else await source.runMigrations({ transaction: "each" });
  } finally {
    await source.destroy();
  }
}

/** Of several instances that start together one migrates; the others wait, and then find nothing left to do. */
async function underLock(source: DataSource, log: Logger): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    await takeLock(runner, log);
    // On the connection that holds the lock: if it breaks, lock and work end together.
    const executor = new MigrationExecutor(source, runner);
    executor.transaction = "none";
    const done = await executor.executePendingMigrations();
    if (done.length > 0) log.info({ migrations: done.map(({ name }) => name) }, "brought the tables up to date");
    await runner.query(`DO RELEASE_LOCK(${lockName})`);
  } finally {
    // The pool of this source ends with it, and so does a lock that was not released.
    await runner.release();
  }
}

/** Locks belong to the server and not to a database, so the name says which one. At most 64 characters. */
const lockName = "CONCAT('gittix.migrate.', LEFT(MD5(DATABASE()), 32))";

async function takeLock(runner: QueryRunner, log: Logger): Promise<void> {
  const deadline = performance.now() + lockMaxMs;
  while (performance.now() < deadline) {
    const [row] = await runner.query(`SELECT GET_LOCK(${lockName}, ${sayEverySeconds}) AS taken`);
    if (Number(row?.taken) === 1) return;
    log.info("waiting for another instance that brings the tables up to date");
  }
  throw new Error(`another instance has held the lock on the migrations for ${lockMaxMs / 60_000} minutes`);
}
