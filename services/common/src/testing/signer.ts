import { generateKeyPairSync, randomUUID, sign, type JsonWebKey } from "node:crypto";

/** Signer makes tokens as auth, or a service, does. */
export interface Signer {
  /** The public keys, as they are published. */
  readonly jwks: { keys: JsonWebKey[] };
  /** The private key as JSON, for a service that signs its own tokens. */
  readonly privateJwk: string;
  token(claims: Record<string, string>): string;
}

/** createSigner makes a key pair of its own. */
export function createSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const kid = randomUUID();
  return {
    jwks: { keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "ES256" }] },
    privateJwk: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid }),
    token(claims) {
      const now = Math.floor(Date.now() / 1000);
      const parts = [
        { alg: "ES256", kid },
        { aud: "gittix", iat: now, exp: now + 600, ...claims },
      ];
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
      const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${text}.${signature.toString("base64url")}`;
    },
  };
}
