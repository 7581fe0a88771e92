import { readFile } from "node:fs/promises";
import { decodeJwt, importJWK, SignJWT, type JSONWebKeySet, type JWK } from "jose";
import { createTokenVerifier, type KeySource, type TokenVerifier } from "./token-verifier.ts";

/** ServiceTokenSource gives the token with which a service proves who it is, at once while it is good. */
export type ServiceTokenSource = () => string | Promise<string>;

/** ServiceTokenVerifier turns a service's token into its name: `orders`. */
export type ServiceTokenVerifier = TokenVerifier<string>;

/** How long a token that a service signs is good. */
const lifetimeSeconds = 300;
/** A token is renewed this long before its end, so that it does not run out on its way. */
const marginMs = 60_000;
/** A file is read again this often: whoever renews it does so long before the token's end. */
const rereadMs = 60_000;

/**
 * createServiceTokenSource reads the token from a file that somebody else renews (Kubernetes), or signs
 * short ones with a private key.
 */
export function createServiceTokenSource(options: {
  readonly service: string;
  readonly issuer: string;
  readonly audience: string;
  readonly tokenFile?: string | undefined;
  /** A private JWK (ES256) as JSON. */
  readonly privateKey?: string | undefined;
}): ServiceTokenSource {
  const { tokenFile, privateKey } = options;
  if (tokenFile !== undefined) return cached(() => readToken(tokenFile));
  if (privateKey !== undefined) return cached(() => signToken(privateKey, options));
  return () => Promise.reject(new Error("this service has neither a token file nor a key to call other services with"));
}

/** createServiceTokenVerifier checks the tokens of calling services. */
export function createServiceTokenVerifier(options: {
  readonly issuer: string;
  readonly audience: string;
  /** The URL of a JWKS, or the JWKS itself as JSON. */
  readonly jwks: string;
  /** What stands before the service's name in the token's subject. */
  readonly subjectPrefix: string;
}): ServiceTokenVerifier {
  const { issuer, audience, jwks, subjectPrefix } = options;
  return createTokenVerifier({
    issuer,
    audience,
    // Kubernetes signs with RSA.
    algorithms: ["ES256", "RS256"],
    keys: keySource(jwks),
    read: ({ sub }) => (sub?.startsWith(subjectPrefix) ? sub.slice(subjectPrefix.length) || undefined : undefined),
  });
}

interface DatedToken {
  readonly token: string;
  readonly goodUntilMs: number;
}

function cached(renew: () => Promise<DatedToken>): ServiceTokenSource {
  let current: DatedToken | undefined;
  let renewal: Promise<string> | undefined;
  return () => {
    if (current && current.goodUntilMs > Date.now()) return current.token;
    renewal ??= renew()
      .then((renewed) => (current = renewed).token)
      .finally(() => (renewal = undefined));
    return renewal;
  };
}

async function readToken(file: string): Promise<DatedToken> {
  const token = (await readFile(file, "utf8")).trim();
  const endMs = (decodeJwt(token).exp ?? 0) * 1000;
  return { token, goodUntilMs: Math.min(Date.now() + rereadMs, endMs - marginMs / 2) };
}

async function signToken(
  privateKey: string,
  { service, issuer, audience }: { readonly service: string; readonly issuer: string; readonly audience: string },
): Promise<DatedToken> {
  const jwk: JWK = JSON.parse(privateKey);
  const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: "ES256", ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(service)
    .setIssuedAt()
    .setExpirationTime(expiresAt)
    .sign(await importJWK(jwk, "ES256"));
  return { token, goodUntilMs: expiresAt * 1000 - marginMs };
}

function keySource(jwks: string): KeySource {
  if (!jwks.trimStart().startsWith("{")) return new URL(jwks);
  const keys: JSONWebKeySet = JSON.parse(jwks);
  return () => keys;
}
