/** ExpiringCache remembers values until their time; when it is full, what was not used for longest goes. */
export interface ExpiringCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, expiresAtMs: number): void;
}

/** createExpiringCache makes one of a bounded size. */
export function createExpiringCache<T>(entriesMax: number): ExpiringCache<T> {
  // A Map keeps the order of insertion, so that taking out and putting in again makes it a list by use.
  const entries = new Map<string, { readonly value: T; readonly expiresAtMs: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      if (entry.expiresAtMs <= Date.now()) return undefined;
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, expiresAtMs) {
      entries.delete(key);
      const oldest = entries.size >= entriesMax ? entries.keys().next() : undefined;
      if (oldest && !oldest.done) entries.delete(oldest.value);
      entries.set(key, { value, expiresAtMs });
    },
  };
}
