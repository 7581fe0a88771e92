import type { Database, Transaction } from "@gittix/common/database/database";
import { isDuplicate } from "@gittix/common/database/database-errors";
import type { EventDraft } from "@gittix/common/events";
import type { Started } from "../domain/session.ts";
import { credentialsWrong, emailTaken, type User } from "../domain/user.ts";
import { endSessionsOf, insertSession } from "./session-store.ts";
import { Users } from "./tables.ts";

/** Change is what a use case makes of a user: the user as they are to be, their session, and the facts that this makes true. */
export interface Change {
  readonly user: User;
  readonly events: readonly EventDraft[];
  /** A session that begins with the change. */
  readonly started?: Started | undefined;
  /** All sessions that the user had end with the change. */
  readonly endsSessions?: boolean;
}

/** UserStore keeps users. Each method that changes something is one transaction, its events included. */
export interface UserStore {
  /** Refuses an address that somebody has: of any number of callers at once one gets it. */
  insert<C extends Change>(draft: (at: Date) => C): Promise<C>;
  get(id: string): Promise<User | null>;
  findByEmail(emailKey: string): Promise<User | null>;
  /** Locks a user's row, asks `change` what becomes of it, and saves that. */
  update<C extends Change>(id: string, change: (user: User, at: Date) => C): Promise<C>;
}

/** createUserStore keeps users in a database. */
export function createUserStore(database: Database): UserStore {
  return {
    insert: (draft) =>
      database.write(async (transaction) => {
        const change = draft(await transaction.now());
        await refusingTaken(() => transaction.manager.insert(Users, { ...change.user }));
        await saveRest(transaction, change);
        return change;
      }),

    get: (id) => database.reader().findOneBy(Users, { id }),

    findByEmail: (emailKey) => database.reader().findOneBy(Users, { emailKey }),

    update: (id, change) =>
      database.write(async (transaction) => {
        const before = await transaction.lock(Users, { id });
        if (!before) throw credentialsWrong();
        const changed = change(before, await transaction.now());
        if (changed.user !== before) {
          await refusingTaken(() => transaction.manager.update(Users, { id }, { ...changed.user }));
        }
        await saveRest(transaction, changed);
        return changed;
      }),
  };
}

async function saveRest(transaction: Transaction, { user, events, started, endsSessions }: Change): Promise<void> {
  if (endsSessions) await endSessionsOf(transaction, user.id, await transaction.now());
  if (started) await insertSession(transaction, started);
  await transaction.append(events, user.updatedAt);
}

/** The unique index decides, and not a look before: two may look at the same moment. */
async function refusingTaken(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isDuplicate(error)) throw emailTaken();
    throw error;
  }
}
