import { accountSubject, addressSubject, tooManyAttempts, type Limit } from "./domain/attempts.ts";
import type { AttemptStore } from "./store/attempt-store.ts";
import { createTurnstiles } from "./turnstile.ts";

/** AttemptLimits counts what somebody who guesses would do often, and refuses it beyond a number. */
export interface AttemptLimits {
  /** Compares a password, where the account and the address have not failed too often; a failure is counted. */
  password(emailKey: string, address: string | undefined, compare: () => Promise<boolean>): Promise<boolean>;
  /** Counts a sign-up, however it ends: each one costs a hash and can ask whether an address is taken. */
  signUp(address: string | undefined): Promise<void>;
}

/** createAttemptLimits counts in the store, so that replicas count together and a restart forgets nothing. */
export function createAttemptLimits(parts: {
  readonly store: AttemptStore;
  readonly ids: () => string;
  readonly windowMs: number;
  readonly failuresPerAccount: number;
  readonly failuresPerAddress: number;
  readonly signUpsPerAddress: number;
}): AttemptLimits {
  const { store, ids, windowMs } = parts;
  const turnstiles = createTurnstiles();

  return {
    async password(emailKey, address, compare) {
      const account = { subject: accountSubject(emailKey), max: parts.failuresPerAccount };
      const limits = [account, ...perAddress("sign-in", address, parts.failuresPerAddress)];
      const leaving: (() => void)[] = [];
      try {
        // No more are compared at a time than may still fail: otherwise a thousand guesses made at the same moment
        // would all pass before the first is counted. Those with the right password wait, and are not refused.
        for (const limit of limits) leaving.push(await turnstiles.enter(limit.subject, () => roomOf(limit)));
        const matches = await compare();
        if (!matches) await store.insert(limits.map(({ subject }) => ({ id: ids(), subject })));
        return matches;
      } finally {
        leaving.forEach((leave) => leave());
      }
    },

    async signUp(address) {
      for (const limit of perAddress("sign-up", address, parts.signUpsPerAddress)) {
        await roomOf(limit);
        await store.insert([{ id: ids(), subject: limit.subject }]);
      }
    },
  };

  /** How many more attempts there may be; refuses where there may be none. */
  async function roomOf({ subject, max }: Limit): Promise<number> {
    const { count, nthNewest, at } = await store.count(subject, max);
    if (nthNewest) throw tooManyAttempts(nthNewest, at, windowMs);
    return max - count;
  }
}

/** A caller whose address nobody knows, as on a Unix socket, is limited by account alone. */
function perAddress(deed: "sign-in" | "sign-up", address: string | undefined, max: number): Limit[] {
  return address === undefined ? [] : [{ subject: addressSubject(deed, address), max }];
}
