import type { AccessToken, AccessTokens } from "./access-tokens.ts";
import { start, type Started } from "./domain/session.ts";
import type { User } from "./domain/user.ts";
import { newRefreshToken, type FreshToken } from "./refresh-tokens.ts";

/** IssuedTokens is the pair with which a session goes on. */
export interface IssuedTokens {
  readonly access: AccessToken;
  readonly refresh: { readonly text: string; readonly expiresAt: Date };
}

/** SignedIn is a user and the tokens of their session. */
export interface SignedIn {
  readonly user: User;
  readonly tokens: IssuedTokens;
}

/** Beginning is a session about to begin: its refresh token is made before the transaction that saves it. */
export interface Beginning {
  readonly refresh: FreshToken;
  start(userId: string, at: Date): Started;
}

export type SessionTokens = ReturnType<typeof createSessionTokens>;

/** createSessionTokens gives sessions their tokens. */
export function createSessionTokens(parts: {
  readonly access: AccessTokens;
  readonly ids: () => string;
  readonly refreshLifeMs: number;
}) {
  const { access, ids, refreshLifeMs: lifeMs } = parts;
  return {
    begin(): Beginning {
      const refresh = newRefreshToken(ids());
      const { sessionId: id, hash } = refresh;
      return { refresh, start: (userId, at) => start({ id, userId, hash, lifeMs, at }) };
    },

    /** Hands out the tokens of a session that has begun or was renewed. */
    async issue(user: User, { session, token }: Started, refresh: FreshToken): Promise<SignedIn> {
      return {
        user,
        tokens: {
          access: await access.issue(user, session.id, token.givenAt),
          refresh: { text: refresh.text, expiresAt: session.expiresAt },
        },
      };
    },
  };
}
