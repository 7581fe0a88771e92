import type { EntityManager, EntityTarget, FindOptionsWhere, MigrationInterface, ObjectLiteral } from "typeorm";
import { DataSource, EntitySchema } from "typeorm";
import { failure } from "../errors.ts";
import { sealEvent, type EventDraft } from "../events.ts";
import type { Logger } from "../log.ts";
import { dataSourceOptions, type DatabaseKind } from "./data-source.ts";
import { isDuplicate, isRetryable, isUnavailable } from "./database-errors.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./outbox.ts";
import { createSerialQueue } from "./serial-queue.ts";
import { outsideTransaction, transactionOf, withinTransaction } from "./transaction-scope.ts";

/** Transaction is one change under way: everything in it commits together, its events too. */
export interface Transaction {
  readonly manager: EntityManager;
  /** The database's clock, read now. Deadlines are compared by it and by no other. */
  now(): Promise<Date>;
  /** Reads a row so that nobody else can change it before this transaction ends. */
  lock<T extends ObjectLiteral>(entity: EntityTarget<T>, where: FindOptionsWhere<T>): Promise<T | null>;
  /** Puts events into the outbox; they are published after the commit, at least once. */
  append(events: readonly EventDraft[], at: Date): Promise<void>;
  /** Runs `work` after the commit; not at all when there is none. */
  afterCommit(work: () => void): void;
}

/** Database is one service's own database, on SQLite or on MySQL/MariaDB. */
export interface Database {
  readonly kind: DatabaseKind;
  /** Reads: inside a write, what the write sees; otherwise what is committed. */
  reader(): EntityManager;
  /** The database's clock, outside of any transaction. */
  now(): Promise<Date>;
  /**
   * Runs a change in one transaction; a write inside a write joins it. A transaction that the database rolled
   * back for another's sake is run again, 5 times at the most, so `work` must be repeatable.
   */
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Handles an event once: false, and nothing done, when its id was handled before. */
  once(eventId: string, work: () => Promise<void>): Promise<boolean>;
  /** Runs `work` once the transaction under way has committed; at once where there is none. */
  afterCommit(work: () => void): void;
  /** Calls `listener` after each commit that put events into the outbox. */
  onAppended(listener: () => void): void;
  /** Whether the database answers now. */
  healthy(): Promise<boolean>;
  close(): Promise<void>;
}

/** How often a transaction is run again after a deadlock. */
const retriesMax = 5;

/** openDatabase connects, brings the tables up to date, and gives the database. `url` is `sqlite:FILE` or `mysql://…`. */
export async function openDatabase(options: {
  readonly url: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly log: Logger;
}): Promise<Database> {
  const { kind, writes, reads } = dataSourceOptions(options.url, [...options.entities, Outbox, Inbox], options.migrations);
  const writer = await new DataSource(writes).initialize();
  await writer.runMigrations({ transaction: "each" });
  const readerSource = reads ? await new DataSource(reads).initialize() : writer;
  // SQLite has one connection in TypeORM, on which concurrent work would share a transaction.
  const inTurn = kind === "sqlite" ? createSerialQueue() : <T>(work: () => Promise<T>) => work();
  const listeners: (() => void)[] = [];

  const database: Database = {
    kind,
    reader: () => transactionOf(database)?.manager ?? readerSource.manager,
    now: () => readClock(database.reader(), kind),

    async write(work) {
      const outer = transactionOf(database);
      if (outer) return work(outer);
      for (let attempt = 1; ; attempt++) {
        const committed: (() => void)[] = [];
        try {
          const result = await inTurn(() =>
            writer.transaction(kind === "mysql" ? "READ COMMITTED" : "SERIALIZABLE", (manager) => {
              const transaction = openTransaction(manager, kind, committed, listeners);
              return withinTransaction(database, transaction, () => work(transaction));
            }),
          );
          outsideTransaction(() => new Set(committed).forEach((then) => then()));
          return result;
        } catch (error) {
          if (isUnavailable(error)) {
            throw failure("DEPENDENCY_UNAVAILABLE", "The database does not answer. Try again.", { cause: error });
          }
          if (!isRetryable(error)) throw error;
          if (attempt > retriesMax) {
            throw failure("DEPENDENCY_UNAVAILABLE", "The database is too busy. Try again.", { cause: error });
          }
          options.log.debug({ attempt }, "transaction rolled back by the database; trying again");
          await pause(attempt);
        }
      }
    },

    async once(eventId, work) {
      return database.write(async ({ manager, now }) => {
        try {
          await manager.insert(Inbox, { eventId, handledAt: await now() });
        } catch (error) {
          if (isDuplicate(error)) return false;
          throw error;
        }
        await work();
        return true;
      });
    },

    afterCommit(work) {
      const transaction = transactionOf(database);
      if (transaction) transaction.afterCommit(work);
      else work();
    },

    onAppended: (listener) => void listeners.push(listener),

    async healthy() {
      try {
        await readerSource.query("SELECT 1");
        return true;
      } catch {
        return false;
      }
    },

    async close() {
      await inTurn(async () => {});
      if (readerSource !== writer) await readerSource.destroy();
      await writer.destroy();
    },
  };
  return database;
}

function openTransaction(
  manager: EntityManager,
  kind: DatabaseKind,
  committed: (() => void)[],
  listeners: readonly (() => void)[],
): Transaction {
  return {
    manager,
    now: () => readClock(manager, kind),
    lock: (entity, where) =>
      // SQLite's writes come one after the other: there is no row to lock.
      manager.findOne(entity, kind === "mysql" ? { where, lock: { mode: "pessimistic_write" } } : { where }),
    async append(events, at) {
      if (events.length === 0) return;
      const messages = events.map((event) => sealEvent(event, at));
      await manager.insert(Outbox, messages.map((message) => ({
        id: message.id, type: message.type, body: Buffer.from(message.body), appendedAt: at, claimedUntil: null,
      })));
      committed.push(...listeners);
    },
    afterCommit: (work) => void committed.push(work),
  };
}

async function readClock(manager: EntityManager, kind: DatabaseKind): Promise<Date> {
  const sql =
    kind === "mysql"
      ? "SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%dT%H:%i:%s.%f') AS now"
      : "SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now') AS now";
  const [row] = await manager.query<{ now: string }[]>(sql);
  if (!row) throw new Error("the database did not tell the time");
  return new Date(`${row.now.slice(0, 23)}Z`);
}

/** Waits 10 to 20 ms times the attempt, so that two that collided do not meet again. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10 * attempt * (1 + Math.random())));
}
