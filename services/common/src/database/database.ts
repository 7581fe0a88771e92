import type { EntityManager, EntitySchema, EntityTarget, FindOptionsWhere, ObjectLiteral } from "typeorm";
import { sealEvent, type EventDraft } from "../events.ts";
import type { Logger } from "../log.ts";
import { runTransaction } from "./attempts.ts";
import { createBatchedReads, type BatchedReads } from "./batched-reads.ts";
import { connect } from "./connect.ts";
import { dataSources, type DatabaseKind, type Migration } from "./data-source.ts";
import { isDuplicate } from "./database-errors.ts";
import { Inbox } from "./inbox.ts";
import { migrateDatabase } from "./migrate.ts";
import { Outbox } from "./outbox.ts";
import { createSelect, type SqlValue } from "./select.ts";
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
  /** Reads rows by the end of a statement, `WHERE id = ?`: what is read most, since it costs least. */
  select<T extends ObjectLiteral>(entity: EntitySchema<T>, end: string, values: readonly SqlValue[]): Promise<T[]>;
  /** Makes reads that go together when many come at the same time; inside a write each goes by itself. */
  batched<T>(readMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>): BatchedReads<T>;
  /** The database's clock, outside of any transaction. */
  now(): Promise<Date>;
  /**
   * Runs a change in one transaction; a write inside a write joins it. A transaction that was rolled back for
   * another's sake, or with its connection, is run again, 5 times at the most, so `work` must be repeatable.
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

/** A database that takes longer to say that it is there is not healthy. */
const healthMaxMs = 2000;

/**
 * openDatabase waits until the database answers, brings its tables up to date, and gives it. `url` is
 * `sqlite:FILE` or `mysql://…`.
 */
export async function openDatabase(options: {
  readonly url: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly Migration[];
  readonly log: Logger;
  /** How many connections to open at the most. */
  readonly poolMax?: number | undefined;
  readonly waitMaxMs?: number | undefined;
}): Promise<Database> {
  await migrateDatabase(options);
  const tables = { entities: [...options.entities, Outbox, Inbox], migrations: [] };
  const { kind, writes, reads } = dataSources(options.url, tables, options.poolMax);
  const writer = await connect(writes, options);
  const readerSource = reads ? await connect(reads, options) : writer;
  // SQLite has one connection in TypeORM, on which concurrent work would share a transaction.
  const inTurn = kind === "sqlite" ? createSerialQueue() : <T>(work: () => Promise<T>) => work();
  const listeners: (() => void)[] = [];
  const select = createSelect(readerSource, kind);
  const clock = createBatchedReads(async () => new Map([["now", await readClock(readerSource.manager, kind)]]));

  const database: Database = {
    kind,
    reader: () => transactionOf(database)?.manager ?? readerSource.manager,
    select: (entity, end, values) => select(database.reader(), entity, end, values),

    batched(readMany) {
      const together = createBatchedReads(readMany);
      return async (key) => (transactionOf(database) ? (await readMany([key])).get(key) : together(key));
    },

    async now() {
      const manager = transactionOf(database)?.manager;
      const now = manager ? await readClock(manager, kind) : await clock("now");
      return now ?? readClock(readerSource.manager, kind);
    },

    async write(work) {
      const outer = transactionOf(database);
      if (outer) return work(outer);
      return runTransaction(async (attempt) => {
        const committed: (() => void)[] = [];
        const result = await inTurn(() =>
          writer.transaction(async (manager) => {
            const transaction = openTransaction(manager, kind, committed, listeners);
            const made = await withinTransaction(database, transaction, () => work(transaction));
            attempt.committing();
            return made;
          }),
        );
        outsideTransaction(() => new Set(committed).forEach((then) => then()));
        return result;
      }, options.log);
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
        return await Promise.race([readerSource.query("SELECT 1").then(() => true), falseAfter(healthMaxMs)]);
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
      await manager.insert(
        Outbox,
        messages.map((message) => ({
          id: message.id,
          type: message.type,
          body: Buffer.from(message.body),
          appendedAt: at,
          claimedUntil: null,
        })),
      );
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

function falseAfter(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(resolve, ms, false).unref());
}
