import { failure } from "@gittix/common/errors";
import type { UserCaller } from "@gittix/common/identity/caller";
import type { AttemptLimits } from "./attempt-limits.ts";
import { renew, start } from "./domain/session.ts";
import {
  assertProven,
  change,
  credentialsWrong,
  emailKey,
  emailTaken,
  join,
  readEmail,
  type User,
} from "./domain/user.ts";
import { userCreated, userUpdated } from "./messages.ts";
import type { Passwords } from "./passwords.ts";
import { newRefreshToken, readRefreshToken } from "./refresh-tokens.ts";
import type { AuthStore } from "./store/auth-store.ts";
import type { SignedIn, TokenIssuer } from "./tokens.ts";

/** Credentials are what somebody who wants in shows, and the network address that they come from. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly address: string | undefined;
}

export type AuthUseCases = ReturnType<typeof createAuthUseCases>;

/** createAuthUseCases gives the stories of the auth service. */
export function createAuthUseCases(parts: {
  readonly store: AuthStore;
  readonly passwords: Passwords;
  readonly limits: AttemptLimits;
  readonly issue: TokenIssuer;
  readonly ids: () => string;
  readonly refreshLifeMs: number;
}) {
  const { passwords, limits, issue, ids, refreshLifeMs: lifeMs } = parts;
  const { users, sessions } = parts.store;

  return {
    async signUp({ email, password, address }: Credentials): Promise<SignedIn> {
      const wanted = readEmail(email);
      await limits.signUp(address);
      // Spares the hash; whether the address is free is decided when the user is saved.
      if (await users.findByEmail(wanted.emailKey)) throw emailTaken();
      const passwordHash = await passwords.hash(password);
      const [id, token] = [ids(), newRefreshToken(ids())];
      const { user, started } = await users.insert((at) => {
        const user = join({ id, ...wanted, passwordHash, role: "user", at });
        return { user, events: [userCreated(user)], started: start({ token, userId: id, lifeMs, at }) };
      });
      return issue(user, started, token.text);
    },

    async signIn({ email, password, address }: Credentials): Promise<SignedIn> {
      const key = emailKey(email);
      const found = await users.findByEmail(key);
      const matches = await limits.password(key, address, () => passwords.matches(password, found?.passwordHash));
      if (!found || !matches) throw credentialsWrong();
      const token = newRefreshToken(ids());
      const { user, started } = await users.update(found.id, (user, at) => {
        // A password changed since the comparison has ended all sessions; this one must not slip past it.
        assertProven(user, found.passwordHash);
        return { user, events: [], started: start({ token, userId: user.id, lifeMs, at }) };
      });
      return issue(user, started, token.text);
    },

    async signOut(request: { refreshToken: string; everywhere: boolean; by: UserCaller | undefined }): Promise<void> {
      const { refreshToken, everywhere, by } = request;
      if (everywhere) {
        if (!by) throw tokenMissing();
        await sessions.endAllOf(by.id);
        return;
      }
      const shown = readRefreshToken(refreshToken);
      const session = shown && (await sessions.findByToken(shown.hash));
      for (const id of new Set([session?.id, by?.sessionId])) {
        if (id !== undefined) await sessions.end(id);
      }
    },

    async refreshSession(refreshToken: string): Promise<SignedIn> {
      if (refreshToken === "") throw tokenMissing();
      const shown = readRefreshToken(refreshToken);
      if (!shown) throw tokenInvalid();
      const next = newRefreshToken(shown.sessionId);
      const renewal = await sessions.renew(shown.hash, (session, used, at) =>
        renew(session, used, { hash: next.hash, lifeMs, at }),
      );
      if (!renewal) throw tokenInvalid();
      const { session, token } = renewal;
      if (!token) throw failure("SESSION_ENDED", "This sign-in has ended. Please sign in again.");
      return issue(await this.getUser(session.userId), { session, token }, next.text);
    },

    async getUser(id: string): Promise<User> {
      const user = await users.get(id);
      if (!user) throw tokenInvalid();
      return user;
    },

    async updateUser(
      by: UserCaller,
      wish: {
        readonly currentPassword: string;
        readonly email: string | undefined;
        readonly newPassword: string | undefined;
        readonly address: string | undefined;
      },
    ): Promise<{ user: User; signedIn?: SignedIn }> {
      const email = wish.email === undefined ? undefined : readEmail(wish.email);
      const { emailKey, passwordHash: provenHash } = await this.getUser(by.id);
      const compare = () => passwords.matches(wish.currentPassword, provenHash);
      if (!(await limits.password(emailKey, wish.address, compare))) throw credentialsWrong();
      const passwordHash = wish.newPassword === undefined ? undefined : await passwords.hash(wish.newPassword);
      const token = newRefreshToken(ids());
      const { user, started } = await users.update(by.id, (before, at) => {
        const user = change(before, { provenHash, email, passwordHash, at });
        const events = user === before ? [] : [userUpdated(user)];
        if (passwordHash === undefined) return { user, events };
        return { user, events, endsSessions: true, started: start({ token, userId: user.id, lifeMs, at }) };
      });
      return started ? { user, signedIn: await issue(user, started, token.text) } : { user };
    },
  };
}

function tokenMissing(): Error {
  return failure("TOKEN_MISSING", "Please sign in first.");
}

function tokenInvalid(): Error {
  return failure("TOKEN_INVALID", "This sign-in is not valid. Please sign in again.");
}
