import { failure } from "@gittix/common/errors";
import type { UserCaller } from "@gittix/common/identity/caller";
import type { AttemptLimits } from "./attempt-limits.ts";
import { renew } from "./domain/session.ts";
import { assertProven, change, credentialsWrong, emailKey, emailTaken, join, readEmail, type User } from "./domain/user.ts";
import { userCreated, userUpdated } from "./messages.ts";
import type { Passwords } from "./passwords.ts";
import { newRefreshToken, readRefreshToken } from "./refresh-tokens.ts";
import type { SessionTokens, SignedIn } from "./session-tokens.ts";
import type { AuthStore } from "./store/auth-store.ts";

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
  readonly tokens: SessionTokens;
  readonly ids: () => string;
  readonly refreshLifeMs: number;
}) {
  const { passwords, limits, tokens, ids } = parts;
  const { users, sessions } = parts.store;

  return {
    async signUp({ email, password, address }: Credentials): Promise<SignedIn> {
      const wanted = readEmail(email);
      await limits.signUp(address);
      // Spares the hash; whether the address is free is decided when the user is saved.
      if (await users.findByEmail(wanted.emailKey)) throw emailTaken();
      const passwordHash = await passwords.hash(password);
      const beginning = tokens.begin();
      let started = beginning.start("", new Date(0));
      const { user } = await users.insert((at) => {
        const user = join({ id: ids(), ...wanted, passwordHash, role: "user", at });
        started = beginning.start(user.id, at);
        return { user, events: [userCreated(user)], started };
      });
      return tokens.issue(user, started, beginning.refresh);
    },
  };
}
