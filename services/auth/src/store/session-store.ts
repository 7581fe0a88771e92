import type { Database, Transaction } from "@gittix/common/database/database";
import { In, IsNull, LessThan } from "typeorm";
import { end, type RefreshToken, type Renewal, type Session, type Started } from "../domain/session.ts";
import { RefreshTokens, Sessions } from "./tables.ts";

/** SessionStore keeps sessions and what is kept of their refresh tokens. */
export interface SessionStore {
  /** Locks the session of a token, asks `change` what becomes of it, and saves that; null for a token that is not known. */
  renew(hash: string, change: (session: Session, token: RefreshToken, at: Date) => Renewal): Promise<Renewal | null>;
  /** The session that a refresh token is of, used or not. */
  findByToken(hash: string): Promise<Session | null>;
  /** Ends a session; false where there is none or it has ended. */
  end(id: string): Promise<boolean>;
  endAllOf(userId: string): Promise<void>;
  /** Deletes sessions that were over `keepMs` ago, and tokens that were used so long ago that they have run out. */
  prune(ages: { keepMs: number; tokenLifeMs: number }): Promise<void>;
}

const pruneBatch = 500;

/** createSessionStore keeps sessions in a database. */
export function createSessionStore(database: Database): SessionStore {
  return {
    async renew(hash, change) {
      const seen = await database.reader().findOneBy(RefreshTokens, { hash });
      if (!seen) return null;
      return database.write(async (transaction) => {
        const { manager } = transaction;
        // The lock on the session comes first: whoever uses the same token at the same moment waits here.
        const before = await transaction.lock(Sessions, { id: seen.sessionId });
        const used = await manager.findOneBy(RefreshTokens, { hash });
        if (!before || !used) return null;
        const at = await transaction.now();
        const renewal = change(before, used, at);
        const { session, token } = renewal;
        if (session !== before) await manager.update(Sessions, { id: session.id }, { ...session });
        if (token) {
          await manager.update(RefreshTokens, { hash }, { usedAt: at });
          await manager.insert(RefreshTokens, { ...token });
        }
        return renewal;
      });
    },

    async findByToken(hash) {
      const token = await database.reader().findOneBy(RefreshTokens, { hash });
      return token && database.reader().findOneBy(Sessions, { id: token.sessionId });
    },

    end: (id) =>
      database.write(async (transaction) => {
        const before = await transaction.lock(Sessions, { id });
        if (!before) return false;
        const session = end(before, await transaction.now());
        if (session === before) return false;
        await transaction.manager.update(Sessions, { id }, { ...session });
        return true;
      }),

    endAllOf: (userId) =>
      database.write(async (transaction) => endSessionsOf(transaction, userId, await transaction.now())),

    async prune({ keepMs, tokenLifeMs }) {
      const now = (await database.now()).getTime();
      const over = LessThan(new Date(now - keepMs));
      for (let found = pruneBatch; found === pruneBatch;) {
        const where = [{ expiresAt: over }, { endedAt: over }];
        const rows = await database.reader().find(Sessions, { select: { id: true }, where, take: pruneBatch });
        found = rows.length;
        if (found === 0) break;
        const ids = rows.map((row) => row.id);
        await database.write(async ({ manager }) => {
          await manager.delete(RefreshTokens, { sessionId: In(ids) });
          await manager.delete(Sessions, { id: In(ids) });
        });
      }
      const runOut = LessThan(new Date(now - tokenLifeMs));
      await database.write(({ manager }) => manager.delete(RefreshTokens, { usedAt: runOut }));
    },
  };
}

/** insertSession saves a session that begins, within a change of its user. */
export async function insertSession({ manager }: Transaction, { session, token }: Started): Promise<void> {
  await manager.insert(Sessions, { ...session });
  await manager.insert(RefreshTokens, { ...token });
}

/** endSessionsOf ends all sessions of a user, within a change of theirs. */
export async function endSessionsOf({ manager }: Transaction, userId: string, at: Date): Promise<void> {
  await manager.update(Sessions, { userId, endedAt: IsNull() }, { endedAt: at });
}
