import { failure } from "./errors.ts";

/** Broadcast hands changes to those who watch. */
export interface Broadcast<T> {
  /** Tells every watcher. `key` names the thing that changed: a slow watcher gets only its newest state. */
  send(key: string, value: T): void;
  /**
   * Yields what is sent from now on and `accepts` lets through; `"heartbeat"` first, and then whenever there was
   * nothing for 15 seconds. Ends with the signal, after 15 minutes, or when the broadcast closes.
   */
  watch(accepts: (value: T) => boolean, signal: AbortSignal): AsyncGenerator<T | "heartbeat">;
  /** Ends every watch with UNAVAILABLE, so that watchers turn to another instance. */
  close(): void;
}

const heartbeatMs = 15_000;
/** A watcher comes back with a fresh token after this. */
const watchMaxMs = 15 * 60_000;

interface Watcher<T> {
  readonly accepts: (value: T) => boolean;
  readonly pending: Map<string, T>;
  wake: () => void;
}

/** createBroadcast makes a broadcast within this process. */
export function createBroadcast<T>(): Broadcast<T> {
  const watchers = new Set<Watcher<T>>();
  const closing = new AbortController();

  return {
    send(key, value) {
      for (const watcher of watchers) {
        if (!watcher.accepts(value)) continue;
        watcher.pending.set(key, value);
        watcher.wake();
      }
    },

    async *watch(accepts, signal) {
      const watcher: Watcher<T> = { accepts, pending: new Map(), wake: () => {} };
      const ends = AbortSignal.any([signal, closing.signal, AbortSignal.timeout(watchMaxMs)]);
      const onEnd = () => watcher.wake();
      ends.addEventListener("abort", onEnd);
      watchers.add(watcher);
      try {
        yield "heartbeat";
        while (!ends.aborted) {
          if (watcher.pending.size === 0 && !(await woken(watcher, ends))) yield "heartbeat";
          const values = [...watcher.pending.values()];
          watcher.pending.clear();
          yield* values;
        }
        if (closing.signal.aborted) throw failure("DEPENDENCY_UNAVAILABLE", "The service is stopping. Connect again.");
      } finally {
        watchers.delete(watcher);
        ends.removeEventListener("abort", onEnd);
      }
    },

    close: () => closing.abort(),
  };
}

/** Waits for something to send. False when the time for a heartbeat has come instead. */
function woken<T>(watcher: Watcher<T>, ends: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (ends.aborted) return resolve(true);
    const timer = setTimeout(() => resolve(false), heartbeatMs);
    watcher.wake = () => {
      clearTimeout(timer);
      resolve(true);
    };
  });
}
