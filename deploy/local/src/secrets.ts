import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";

/** Secrets are what the services of one mesh share; made at the first start and kept in the data folder. */
export interface Secrets {
  readonly operatorEmail: string;
  readonly operatorPassword: string;
  readonly stripeSecretKey: string;
  readonly stripePublishableKey: string;
  readonly stripeWebhookSecret: string;
}

/** openSecrets reads the secrets of a data folder, or makes them. Only the owner may read the file. */
export function openSecrets(folder: string): Secrets {
  const file = join(folder, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const secrets: Secrets = {
    operatorEmail: "operator@gittix.local",
    operatorPassword: random(),
    stripeSecretKey: `sk_test_${random()}`,
    stripePublishableKey: `pk_test_${random()}`,
    stripeWebhookSecret: `whsec_${random()}`,
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

/** ServiceKey is the key with which the services of one mesh sign their own tokens: made at each start, kept nowhere. */
export interface ServiceKey {
  /** A private JWK as JSON. */
  readonly privateKey: string;
  /** The JWKS to verify with, as JSON. */
  readonly publicKeys: string;
}

/** makeServiceKey makes a new key. */
export async function makeServiceKey(): Promise<ServiceKey> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const named = { kid: random(), alg: "ES256" };
  return {
    privateKey: JSON.stringify({ ...(await exportJWK(privateKey)), ...named }),
    publicKeys: JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...named, use: "sig" }] }),
  };
}

function random(): string {
  return randomBytes(24).toString("base64url").replace(/[-_]/g, "x");
}
