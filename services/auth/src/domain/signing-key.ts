/** SigningKey is a key that access tokens are signed with. */
export interface SigningKey {
  readonly kid: string;
  /** Counts from 1. No two keys share one, so that two replicas that see a key missing make one. */
  readonly generation: number;
  /** A JWK, as JSON. */
  readonly privateJwk: string;
  readonly createdAt: Date;
}

/** A new key is published this long before the first token is signed with it: caches and replicas know it by then. */
export const publishedAheadMs = 10 * 60_000;
/** Clocks of verifiers may be behind by this. */
const leewayMs = 60_000;

/** isDue tells that a new key must be made. `keys` are the newest first, here and below. */
export function isDue(keys: readonly SigningKey[], at: Date, rotateAfterMs: number): boolean {
  const [newest] = keys;
  return !newest || newest.createdAt.getTime() + rotateAfterMs <= at.getTime();
}

/** inUse is the key to sign with: the newest that everybody has had the time to hear of. The first has nobody before it. */
export function inUse(keys: readonly SigningKey[], at: Date): SigningKey | undefined {
  return keys.find((key) => usedFrom(key) <= at.getTime()) ?? keys.at(-1);
}

/** published are the keys that a good token may be signed with, or soon will be; the one in use first. */
export function published(keys: readonly SigningKey[], at: Date, tokenLifeMs: number): SigningKey[] {
  const current = inUse(keys, at);
  const others = keys.filter((key, index) => {
    const successor = keys[index - 1];
    return key !== current && (!successor || usedFrom(successor) + tokenLifeMs + leewayMs > at.getTime());
  });
  return current ? [current, ...others] : [];
}

function usedFrom(key: SigningKey): number {
  return key.createdAt.getTime() + publishedAheadMs;
}
