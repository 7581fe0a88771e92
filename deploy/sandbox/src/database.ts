import { DatabaseSync } from "node:sqlite";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    object TEXT NOT NULL,
    created INTEGER NOT NULL,
    intent TEXT NOT NULL,
    token TEXT,
    body TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (object, seq);
  CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (intent, object);
  CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    params TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created_ms INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    due_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT ''
  );
  CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_ms);
  CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due_ms INTEGER NOT NULL
  );
`;

/** Database is one SQLite file; every call of it is synchronous, so transactions never interleave. */
export type Database = {
  all: (sql: string, ...values: SqlValue[]) => Row[];
  get: (sql: string, ...values: SqlValue[]) => Row | undefined;
  run: (sql: string, ...values: SqlValue[]) => void;
  transaction: <T>(work: () => T) => T;
  close: () => void;
};
type SqlValue = string | number | null;
export type Row = Record<string, string | number | bigint | Uint8Array | null>;

export function openDatabase(file: string): Database {
  const sqlite = new DatabaseSync(file);
  // With the write-ahead log a commit survives the death of the process; only a power cut could
  // lose the last ones, and a sandbox holds no money.
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;");
  sqlite.exec(SCHEMA);

  // Preparing a statement costs more than running it; there are a few dozen different ones.
  const statements = new Map<string, ReturnType<typeof sqlite.prepare>>();
  function prepared(sql: string): ReturnType<typeof sqlite.prepare> {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const made = sqlite.prepare(sql);
    statements.set(sql, made);
    return made;
  }

  return {
    all: (sql, ...values) => prepared(sql).all(...values),
    get: (sql, ...values) => prepared(sql).get(...values),
    run: (sql, ...values) => void prepared(sql).run(...values),
    transaction(work) {
      sqlite.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        sqlite.exec("COMMIT");
        return result;
      } catch (cause) {
        sqlite.exec("ROLLBACK");
        throw cause;
      }
    },
    close: () => sqlite.close(),
  };
}
