import type { Task } from "@gittix/common/background";
import type { KeyRing } from "./key-ring.ts";
import type { AuthStore } from "./store/auth-store.ts";

/** How long a session that is over is remembered, to say SESSION_ENDED to those who come back to it. */
const keepSessionsMs = 7 * 24 * 3_600_000;

/** housekeeping is what auth does by itself: new keys in time, and no table that grows for ever. */
export function housekeeping(store: AuthStore, keys: KeyRing, settings: { readonly refreshLifeMs: number }): Task[] {
  const ages = { keepMs: keepSessionsMs, tokenLifeMs: settings.refreshLifeMs };
  return [
    // Far more often than a key is published before its use, since a key may come from another replica.
    { name: "refresh signing keys", everyMs: 60_000, run: () => keys.refresh() },
    { name: "forget attempts", everyMs: 5 * 60_000, run: () => store.attempts.prune() },
    { name: "forget sessions", everyMs: 10 * 60_000, run: () => store.sessions.prune(ages) },
  ];
}
