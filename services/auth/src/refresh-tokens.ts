import { createHash, randomBytes } from "node:crypto";

/** KnownToken is what is kept of a refresh token. */
export interface KnownToken {
  readonly hash: string;
  readonly sessionId: string;
}

/** newRefreshToken makes a token that nobody can guess, for a session. Its text is given out once. */
export function newRefreshToken(sessionId: string): KnownToken & { readonly text: string } {
  const text = `${sessionId}.${randomBytes(32).toString("base64url")}`;
  return { text, hash: hashOf(text), sessionId };
}

/** readRefreshToken takes a token apart that somebody shows, or gives undefined for what never was one. */
export function readRefreshToken(text: string): KnownToken | undefined {
  const sessionId = /^([0-9a-f-]{36})\.[\w-]{43}$/.exec(text)?.[1];
  return sessionId === undefined ? undefined : { hash: hashOf(text), sessionId };
}

/** A plain hash is enough: 256 random bits cannot be tried out, as the words of a password can. */
function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
