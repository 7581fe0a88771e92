import type { Database } from "@gittix/common/database/database";
import { createAttemptStore, type AttemptStore } from "./attempt-store.ts";
import { createKeyStore, type KeyStore } from "./key-store.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { createUserStore, type UserStore } from "./user-store.ts";

/** AuthStore is all that auth keeps. */
export interface AuthStore {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly keys: KeyStore;
  readonly attempts: AttemptStore;
}

/** createAuthStore keeps it in a database. */
export function createAuthStore(database: Database, settings: { readonly windowMs: number }): AuthStore {
  return {
    users: createUserStore(database),
    sessions: createSessionStore(database),
    keys: createKeyStore(database),
    attempts: createAttemptStore(database, settings.windowMs),
  };
}
