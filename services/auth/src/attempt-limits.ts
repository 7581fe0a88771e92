import { accountSubject, addressSubject, tooManyAttempts, type Limit } from "./domain/attempts.ts";
import type { AttemptStore } from "./store/attempt-store.ts";

/** AttemptLimits counts what somebody who guesses would do often, and refuses it beyond a number. */
export interface AttemptLimits {
  /** Counts an attempt at a password. Gives what takes it off the count again: only failures count. */
  password(emailKey: string, address: string | undefined): Promise<() => Promise<void>>;
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
  const { store, windowMs } = parts;

  return {
    password(emailKey, address) {
      const account = { subject: accountSubject(emailKey), max: parts.failuresPerAccount };
      return take([account, ...perAddress("sign-in", address, parts.failuresPerAddress)]);
    },
    async signUp(address) {
      await take(perAddress("sign-up", address, parts.signUpsPerAddress));
    },
  };

  /**
   * Counts first and compares the password after, so that many attempts at the same moment do not all pass.
   * Looks before, so that a refused one costs no write, and after, since others may have come in between.
   */
  async function take(limits: readonly Limit[]): Promise<() => Promise<void>> {
    if (limits.length === 0) return async () => {};
    await refuseBeyond(limits, 0);
    const attempts = limits.map(({ subject }) => ({ id: parts.ids(), subject }));
    const giveBack = () => store.remove(attempts.map(({ id }) => id));
    await store.insert(attempts);
    try {
      await refuseBeyond(limits, 1);
      return giveBack;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  async function refuseBeyond(limits: readonly Limit[], own: number): Promise<void> {
    for (const { subject, max } of limits) {
      const over = await store.nthNewest(subject, max + own);
      if (over) throw tooManyAttempts(over.attemptedAt, over.at, windowMs);
    }
  }
}

/** A caller whose address nobody knows, as on a Unix socket, is limited by account alone. */
function perAddress(deed: "sign-in" | "sign-up", address: string | undefined, max: number): Limit[] {
  return address === undefined ? [] : [{ subject: addressSubject(deed, address), max }];
}
