import { createHmac, createPrivateKey, sign, type JsonWebKey } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import type { Person } from "./people.ts";
import type { World } from "./world.ts";

// Access tokens as auth makes them, and as somebody makes them who would like to be taken for auth.

/** Claims are what a token says. */
export type Claims = Readonly<Record<string, string | number>>;

/** SigningKey is a private key and the name by which tokens call it. */
export interface SigningKey {
  readonly kid: string;
  readonly jwk: JsonWebKey;
}

/** claimsOf are the claims of a person's token; `exp` and the like can be put on top. */
export function claimsOf(person: Person): Claims {
  const now = Math.floor(Date.now() / 1000);
  return { iss: "gittix-auth", aud: "gittix", sub: person.id, role: "user", sid: uuidv7(), iat: now, exp: now + 600 };
}

/** signingKeyOf reads auth's own key from its database. */
export async function signingKeyOf(world: World): Promise<SigningKey> {
  const [row] = await world.rows("auth", "SELECT kid, private_jwk FROM signing_keys ORDER BY generation DESC");
  return { kid: String(row?.["kid"]), jwk: JSON.parse(String(row?.["private_jwk"])) };
}

/** signedToken is signed with a private key, as auth's are. */
export function signedToken(claims: Claims, key: SigningKey): string {
  const text = unsigned({ alg: "ES256", kid: key.kid }, claims);
  const privateKey = createPrivateKey({ key: key.jwk, format: "jwk" });
  return `${text}.${sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

/** hmacToken is signed with a secret: here with what auth publishes, which some verifiers have taken for one. */
export function hmacToken(claims: Claims, kid: string, secret: string): string {
  const text = unsigned({ alg: "HS256", kid }, claims);
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** unsignedToken says of itself that it needs no signature. */
export function unsignedToken(claims: Claims, kid: string): string {
  return `${unsigned({ alg: "none", kid }, claims)}.`;
}

function unsigned(header: object, claims: Claims): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
}
