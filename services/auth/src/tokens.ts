import { audience } from "@gittix/common/platform";
import { SignJWT } from "jose";
import type { Started } from "./domain/session.ts";
import type { User } from "./domain/user.ts";
import type { KeyRing } from "./key-ring.ts";

/** The issuer of access tokens, as the contract names it. */
export const issuer = "gittix-auth";

/** Token is a token as it is given out, and the time at which it ends. */
export interface Token {
  readonly text: string;
  readonly expiresAt: Date;
}

/** SignedIn is a user and the pair of tokens with which their session goes on. */
export interface SignedIn {
  readonly user: User;
  readonly tokens: { readonly access: Token; readonly refresh: Token };
}

/** TokenIssuer hands out the tokens of a session that has begun or was renewed. */
export type TokenIssuer = (user: User, started: Started, refreshText: string) => Promise<SignedIn>;

/** createTokenIssuer signs access tokens with the key that the ring has in use. */
export function createTokenIssuer(keys: KeyRing, accessLifeMs: number): TokenIssuer {
  return async (user, { session, token }, refreshText) => {
    const access = await signAccessToken(user, session.id, token.givenAt);
    return { user, tokens: { access, refresh: { text: refreshText, expiresAt: session.expiresAt } } };
  };

  async function signAccessToken(user: User, sessionId: string, at: Date): Promise<Token> {
    const { kid, privateKey } = keys.signer();
    const expiresAt = Math.floor((at.getTime() + accessLifeMs) / 1000);
    const text = await new SignJWT({ role: user.role, sid: sessionId })
      .setProtectedHeader({ alg: "ES256", kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(user.id)
      .setIssuedAt(Math.floor(at.getTime() / 1000))
      .setExpirationTime(expiresAt)
      .sign(privateKey);
    return { text, expiresAt: new Date(expiresAt * 1000) };
  }
}
