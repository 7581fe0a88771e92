import { DatabaseSync } from "node:sqlite";

/** BusFile is the open file and the one way to write to it. */
export interface BusFile {
  readonly db: DatabaseSync;
  /**
   * Runs `work` in one transaction. With `durable` it is on the disk when this returns; without, a power
   * cut may undo it (a kill of the process never does, and neither damages the file).
   */
  transaction<T>(work: () => T, durable: boolean): T;
  close(): void;
}

/**
 * openBusFile opens or makes the file and locks it. The lock is the operating system's: it ends with the
 * process, however that ends. `:memory:` gives a bus that nothing outlives.
 */
export function openBusFile(file: string): BusFile {
  const db = connect(file);
  let synchronous = "NORMAL";
  return {
    db,
    transaction(work, durable) {
      const wanted = durable ? "FULL" : "NORMAL";
      if (wanted !== synchronous) db.exec(`PRAGMA synchronous = ${(synchronous = wanted)}`);
      db.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        db.exec("COMMIT");
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => db.close(),
  };
}

function connect(file: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file, { timeout: lockWaitMs });
    // Exclusive: two processes would each deliver what the other has taken.
    db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
    db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
    return db;
  } catch (error) {
    db?.close();
    const text = Error.isError(error) ? error.message : String(error);
    const sentence = text.includes("locked")
      ? `The event bus file ${file} is in use by another process.`
      : `The event bus file ${file} cannot be opened: ${text}.`;
    throw new Error(sentence, { cause: error });
  }
}

/** How long to wait for the lock: a process that was just killed still holds it for a moment. */
const lockWaitMs = 500;

/**
 * A message that waits is already a row of the queue that it will move to, due when its time is up; `wait`
 * names where it stands until then. `due_at` is in ms since 1970, so that a restart keeps deadlines; it is
 * null while the message is with a consumer, and on a parked message the time at which it was parked.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS queue (
    name TEXT PRIMARY KEY, attempts_max INTEGER NOT NULL, parked_name TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS wait (
    name TEXT PRIMARY KEY, prefix TEXT NOT NULL, ttl_ms INTEGER NOT NULL, then_to TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS binding (
    type TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (type, target)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, wait TEXT, due_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
    id TEXT NOT NULL, type TEXT NOT NULL, body BLOB NOT NULL, error TEXT, failed_in TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS message_due ON message (queue, due_at, seq);
  CREATE INDEX IF NOT EXISTS message_wait ON message (wait, due_at) WHERE wait IS NOT NULL;
`;
