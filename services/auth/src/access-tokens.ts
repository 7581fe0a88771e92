import { audience } from "@gittix/common/service";
import { SignJWT } from "jose";
import type { User } from "./domain/user.ts";
import type { KeyRing } from "./key-ring.ts";

/** The issuer of access tokens, as the contract names it. */
export const issuer = "gittix-auth";

/** AccessToken is a token and the time at which it ends. */
export interface AccessToken {
  readonly text: string;
  readonly expiresAt: Date;
}

/** AccessTokens signs access tokens. */
export interface AccessTokens {
  issue(user: User, sessionId: string, at: Date): Promise<AccessToken>;
}

/** createAccessTokens signs with the key that the ring has in use. */
export function createAccessTokens(keys: KeyRing, lifeMs: number): AccessTokens {
  return {
    async issue(user, sessionId, at) {
      const { kid, privateKey } = keys.signer();
      const issuedAt = Math.floor(at.getTime() / 1000);
      const expiresAt = Math.floor((at.getTime() + lifeMs) / 1000);
      const text = await new SignJWT({ role: user.role, sid: sessionId })
        .setProtectedHeader({ alg: "ES256", kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(user.id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .sign(privateKey);
      return { text, expiresAt: new Date(expiresAt * 1000) };
    },
  };
}
