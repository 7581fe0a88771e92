import { DatabaseSync } from "node:sqlite";

/** Row is one row of an answer, by column. The bytes of messages are there too; nobody reads them here. */
export type Row = Readonly<Record<string, string | number | null>>;

/** readRows asks a service's database file, which the service may be writing to. */
export function readRows(file: string, sql: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}

/** execute changes a service's database behind its back: how a test takes a guard away. */
export function execute(file: string, sql: string): void {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}
