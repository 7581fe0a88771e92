import { v4 as uuid } from "uuid";
import { type Liveness, retryDelayMs, silenceMs } from "./protocol.ts";

/** Source is where a stream comes from. */
export interface Source<T> {
  readonly open: (signal: AbortSignal) => AsyncIterable<T>;
  /** Tells what to do about the end of a stream. It may do something about it first. */
  readonly recover: (error: unknown) => Promise<"again" | "give up">;
}

/** Follower hears of everything that happens to a stream. */
export interface Follower<T> {
  readonly status: (liveness: Liveness, connection: string) => void;
  readonly message: (message: T, connection: string) => void;
}

/** lead keeps a stream going until `signal` aborts: it opens it, and opens it again when it breaks. */
export async function lead<T>(source: Source<T>, follower: Follower<T>, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const connection = uuid();
    let heard = false;
    const ended = await read(source, signal, (message) => {
      if (!heard) follower.status("live", connection);
      heard = true;
      follower.message(message, connection);
    });
    if (signal.aborted) return;
    failures = heard ? 0 : failures + 1;
    follower.status("reconnecting", connection);
    if (ended.error !== undefined && (await source.recover(ended.error)) === "give up") {
      follower.status("ended", connection);
      return;
    }
    await pause(retryDelayMs(failures, Math.random()), signal);
  }
}

/** Reads one stream to its end; a silent one is cut off, since a dead connection may never say so. */
async function read<T>(
  source: Source<T>,
  signal: AbortSignal,
  onMessage: (message: T) => void,
): Promise<{ error?: unknown }> {
  const cut = new AbortController();
  const stop = () => cut.abort();
  let timer = setTimeout(stop, silenceMs);
  signal.addEventListener("abort", stop);
  // A browser that goes offline may keep a dead connection for minutes.
  addEventListener("offline", stop);
  try {
    for await (const message of source.open(cut.signal)) {
      clearTimeout(timer);
      timer = setTimeout(stop, silenceMs);
      onMessage(message);
    }
    return {};
  } catch (error) {
    return cut.signal.aborted ? {} : { error };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    removeEventListener("offline", stop);
  }
}

/** Waits, but no longer than until the network or the reader comes back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
    signal.addEventListener("abort", done);
  });
}
