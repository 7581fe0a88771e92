import { hash } from "node:crypto";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
} from "jose";
import { failure } from "../errors.ts";
import { createExpiringCache } from "./expiring-cache.ts";

/** KeySource is where the public keys come from: a URL, or a function that knows them. */
export type KeySource = URL | (() => JSONWebKeySet | Promise<JSONWebKeySet>);

/** TokenVerifier gives what a token proves, at once where the token was seen before. */
export interface TokenVerifier<T> {
  /** Throws, or rejects with, TOKEN_INVALID, TOKEN_EXPIRED or DEPENDENCY_UNAVAILABLE. */
  verify(token: string): T | Promise<T>;
}

/** Clocks of two machines may differ by this much. */
const toleranceSeconds = 5;
/** How long the keys may take, how often they are asked for again when a token names an unknown one. */
const remoteKeys = { timeoutDuration: 3000, cooldownDuration: 2000, cacheMaxAge: 10 * 60_000 };
/** Tokens remembered: a check of a signature costs a thousand times as much as looking one up. */
const cachedMax = 10_000;

/** createTokenVerifier checks signature, issuer, audience and times; `read` then makes sense of the claims. */
export function createTokenVerifier<T extends object | string>(options: {
  readonly issuer: string;
  readonly audience: string;
  readonly algorithms: readonly string[];
  readonly keys: KeySource;
  /** Undefined when the claims are not those of such a token. */
  readonly read: (claims: JWTPayload) => T | undefined;
}): TokenVerifier<T> {
  const { issuer, audience, read } = options;
  const rules = {
    issuer,
    audience,
    algorithms: [...options.algorithms],
    clockTolerance: toleranceSeconds,
    requiredClaims: ["sub", "exp"],
  };
  const key = keyFinder(options.keys);
  const cache = createExpiringCache<T>(cachedMax);

  const check = async (token: string, id: string): Promise<T> => {
    const payload = await jwtVerify(token, key, rules).then((result) => result.payload, refuse);
    const value = read(payload);
    if (value === undefined) throw tokenInvalid();
    cache.set(id, value, ((payload.exp ?? 0) + toleranceSeconds) * 1000);
    return value;
  };
  return {
    verify(token) {
      // By its hash, so that the memory of the process holds no list of tokens that work.
      const id = hash("sha256", token, "base64");
      return cache.get(id) ?? check(token, id);
    },
  };
}

function keyFinder(keys: KeySource): JWTVerifyGetKey {
  if (keys instanceof URL) return createRemoteJWKSet(keys, remoteKeys);
  return async (header, token) => createLocalJWKSet(await keys())(header, token);
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) {
    throw failure("TOKEN_EXPIRED", "This sign-in has run out. Please refresh it or sign in again.");
  }
  if (isAboutToken(error)) throw tokenInvalid(error);
  throw failure("DEPENDENCY_UNAVAILABLE", "Sign-ins cannot be checked at the moment. Please try again.", {
    cause: error,
  });
}

/** All but the failures to get the keys; jose names those JWKSTimeout, JWKSInvalid or by no name of its own. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error.code !== errors.JOSEError.code;
}

function tokenInvalid(cause?: unknown) {
  return failure("TOKEN_INVALID", "This sign-in is not valid. Please sign in again.", { cause });
}
