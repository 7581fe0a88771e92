const key = "gittix.signedIn";

/**
 * The hint says whether this browser has a session, since no script can see the cookies that hold it.
 * It is no secret and proves nothing; it spares an anonymous visitor calls that must fail.
 */
export const hint = {
  /** Where nothing can be kept, better one refused call than a session that is overlooked. */
  get: (): boolean => attempt(() => localStorage.getItem(key) !== null, true),
  set: (): void => attempt(() => localStorage.setItem(key, "1"), undefined),
  clear: (): void => attempt(() => localStorage.removeItem(key), undefined),
  /** watch calls back when another tab has signed in or out. */
  watch(changed: () => void): () => void {
    const listener = (event: StorageEvent) => {
      if (event.key === key || event.key === null) changed();
    };
    addEventListener("storage", listener);
    return () => removeEventListener("storage", listener);
  },
};

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
