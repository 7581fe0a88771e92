import type { JSONWebKeySet, JWTPayload } from "jose";
import type { UserCaller } from "./caller.ts";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

/** UserTokenVerifier turns an access token into the user who signed in. */
export type UserTokenVerifier = TokenVerifier<UserCaller>;

/**
 * createUserTokenVerifier checks the access tokens that auth gives out. Auth itself passes its `keys`; the
 * others read them from auth's `jwksUrl` and keep them.
 */
export function createUserTokenVerifier(
  options: { readonly issuer: string; readonly audience: string } & (
    { readonly jwksUrl: string } | { readonly keys: () => JSONWebKeySet | Promise<JSONWebKeySet> }
  ),
): UserTokenVerifier {
  return createTokenVerifier({
    issuer: options.issuer,
    audience: options.audience,
    algorithms: ["ES256"],
    keys: "keys" in options ? options.keys : new URL(options.jwksUrl),
    read: userIn,
  });
}

function userIn({ sub, role, sid }: JWTPayload): UserCaller | undefined {
  if (!sub || typeof sid !== "string" || (role !== "user" && role !== "operator")) return undefined;
  return { id: sub, role, sessionId: sid };
}
