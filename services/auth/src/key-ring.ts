import type { Logger } from "@gittix/common/log";
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from "jose";
import { inUse, isDue, published, type SigningKey } from "./domain/signing-key.ts";
import type { KeyStore } from "./store/key-store.ts";

/** PublicKey is the half of a key that everybody may have, as in RFC 7517. */
export interface PublicKey {
  readonly kid: string;
  readonly alg: "ES256";
  readonly use: "sig";
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** KeyRing knows the keys of the moment. */
export interface KeyRing {
  signer(): { readonly kid: string; readonly privateKey: CryptoKey | Uint8Array };
  /** The keys to verify with, the one in use first. */
  published(): readonly PublicKey[];
  /** Makes a new key when it is time, drops those that no good token is signed with, and reads what other replicas did. */
  refresh(): Promise<void>;
}

/** openKeyRing reads the keys, and makes the first where there is none. */
export async function openKeyRing(parts: {
  readonly store: KeyStore;
  readonly ids: () => string;
  readonly rotateAfterMs: number;
  readonly accessLifeMs: number;
  readonly log: Logger;
}): Promise<KeyRing> {
  const { store, log } = parts;
  let keys = await read();

  return { signer: () => keys.signer, published: () => keys.published, refresh };

  async function refresh(): Promise<void> {
    keys = await read();
  }

  async function read() {
    const { keys: all, at } = await listWithNewest();
    const current = inUse(all, at);
    if (!current) throw new Error("there is no key to sign with");
    const wanted = published(all, at, parts.accessLifeMs);
    await store.remove(all.filter((key) => !wanted.includes(key)).map((key) => key.kid));
    const privateKey = await importJWK(jwkOf(current), "ES256");
    return { signer: { kid: current.kid, privateKey }, published: wanted.map(publicKeyOf) };
  }

  async function listWithNewest() {
    const found = await store.list();
    if (!isDue(found.keys, found.at, parts.rotateAfterMs)) return found;
    const privateJwk = await newPrivateJwk();
    const generation = (found.keys[0]?.generation ?? 0) + 1;
    const made = { kid: parts.ids(), generation, privateJwk };
    // Where another replica was faster, its key is the one.
    if (await store.insert((at) => ({ ...made, createdAt: at })))
      log.info({ kid: made.kid, generation }, "signing key made");
    return store.list();
  }
}

async function newPrivateJwk(): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return JSON.stringify(await exportJWK(privateKey));
}

function publicKeyOf(key: SigningKey): PublicKey {
  const { x, y } = jwkOf(key);
  if (x === undefined || y === undefined) throw new Error(`signing key ${key.kid} is not one of an elliptic curve`);
  return { kid: key.kid, alg: "ES256", use: "sig", kty: "EC", crv: "P-256", x, y };
}

function jwkOf(key: SigningKey): JWK {
  return JSON.parse(key.privateJwk);
}
