import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

/**
 * NodeSqlite gives TypeORM's better-sqlite3 driver what it asks of that package, from Node's own SQLite, so
 * that nothing native has to be built or downloaded. TypeORM passes `-- ` comments, dates and buffers
 * through unchanged; booleans it turns into 0 and 1 itself.
 */
export class NodeSqlite {
  readonly #database: DatabaseSync;

  constructor(file: string, options: { readonly?: boolean; timeout?: number }) {
    this.#database = new DatabaseSync(file, {
      readOnly: options.readonly ?? false,
      timeout: options.timeout ?? 5000,
    });
  }

  prepare(sql: string): NodeSqliteStatement {
    return new NodeSqliteStatement(this.#database.prepare(sql));
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** A pragma that returns rows gives them; one that sets a value gives what it answers. */
  pragma(source: string): unknown[] {
    return this.#database.prepare(`PRAGMA ${source}`).all();
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

class NodeSqliteStatement {
  readonly #statement: StatementSync;
  /** Whether the statement returns rows; TypeORM then calls `all`, otherwise `run`. */
  readonly reader: boolean;

  constructor(statement: StatementSync) {
    this.#statement = statement;
    this.reader = statement.columns().length > 0;
  }

  all(...parameters: SQLInputValue[]): unknown[] {
    return this.#statement.all(...parameters);
  }

  run(...parameters: SQLInputValue[]): { changes: number; lastInsertRowid: number } {
    const { changes, lastInsertRowid } = this.#statement.run(...parameters);
    return { changes: Number(changes), lastInsertRowid: Number(lastInsertRowid) };
  }
}
