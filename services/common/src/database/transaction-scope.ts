import { AsyncLocalStorage } from "node:async_hooks";
import type { Transaction } from "./database.ts";

/** Scope ties a transaction to its database, so that a write to another database does not join it. */
interface Scope {
  readonly owner: object;
  readonly transaction: Transaction;
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

/** transactionOf is the transaction under way on a database, or undefined. */
export function transactionOf(owner: object): Transaction | undefined {
  const scope = scopes.getStore();
  return scope?.owner === owner ? scope.transaction : undefined;
}

/** withinTransaction runs work so that writes to the same database join its transaction. */
export function withinTransaction<T>(owner: object, transaction: Transaction, work: () => Promise<T>): Promise<T> {
  return scopes.run({ owner, transaction }, work);
}

/** outsideTransaction runs work that a commit has set off, as if no transaction had been there. */
export function outsideTransaction<T>(work: () => T): T {
  return scopes.run(undefined, work);
}

/**
 * assertOutsideTransaction throws when a database transaction is open. A remote call inside one would
 * hold its locks for as long as the other side likes, and could not be undone by its rollback.
 */
export function assertOutsideTransaction(what: string): void {
  if (scopes.getStore()) throw new Error(`${what} must not happen inside a database transaction`);
}
