import { fromBinary, toBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { lead, type Source } from "./lead.ts";
import { hear, listen, type Liveness, type View, type Wire } from "./protocol.ts";

/** Listener is a part of the page that shows what is streamed. */
export interface Listener<T> {
  /** From here on everything is streamed; whatever was loaded before may be stale. */
  readonly onStart?: () => void;
  readonly onMessage?: (message: T) => void;
  readonly onLiveness?: (liveness: Liveness) => void;
}

/**
 * createSharedStream is one stream for all tabs of a browser: over HTTP/1.1 a browser opens six
 * connections to a host, and a stream in each tab would starve the rest. The tab that gets the lock
 * holds the stream and tells the others; when it closes, the lock and the stream pass to the next.
 * The stream lives while it has listeners.
 */
export function createSharedStream<Schema extends DescMessage>(
  name: string,
  schema: Schema,
  source: Source<MessageShape<Schema>>,
) {
  type T = MessageShape<Schema>;
  const listeners = new Set<Listener<T>>();
  let view: View = { liveness: "connecting", connection: "", heardAtMs: 0 };
  let stop: (() => void) | undefined;

  function show(next: View): void {
    const changed = next.liveness !== view.liveness;
    view = next;
    if (changed) for (const listener of listeners) listener.onLiveness?.(view.liveness);
  }

  function take(wire: Wire): void {
    const step = hear(view, wire, Date.now());
    show(step.view);
    if (step.started) for (const listener of listeners) listener.onStart?.();
    if (!step.bytes) return;
    const message = fromBinary(schema, step.bytes);
    for (const listener of listeners) listener.onMessage?.(message);
  }

  function start(): () => void {
    const end = new AbortController();
    const channel = new BroadcastChannel(`gittix.watch.${name}`);
    let leading = false;
    view = { liveness: "connecting", connection: "", heardAtMs: Date.now() };

    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has none
    const post = (wire: Wire) => channel.postMessage(wire);
    const tell = (wire: Wire) => {
      if (end.signal.aborted) return;
      post(wire);
      take(wire);
    };
    channel.addEventListener("message", ({ data }: MessageEvent<Wire>) => {
      if (data.kind !== "hello") take(data);
      else if (leading) post({ kind: "status", liveness: view.liveness, connection: view.connection });
    });
    post({ kind: "hello" });
    const watchdog = setInterval(() => show(listen(view, Date.now())), 5_000);

    const follower = {
      status: (liveness: Liveness, connection: string) => tell({ kind: "status", liveness, connection }),
      message: (message: T, connection: string) =>
        tell({ kind: "message", bytes: toBinary(schema, message), connection }),
    };
    void whileHolding(`gittix.watch.${name}`, end.signal, async () => {
      leading = true;
      await lead(source, follower, end.signal);
    });

    return () => {
      end.abort();
      clearInterval(watchdog);
      channel.close();
    };
  }

  return {
    /** subscribe lets a part of the page follow the stream until the returned function is called. */
    subscribe(listener: Listener<T>): () => void {
      listeners.add(listener);
      stop ??= start();
      listener.onLiveness?.(view.liveness);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

/** Waits for the lock and works while it holds it. Without locks every tab works for itself. */
async function whileHolding(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  await navigator.locks.request(name, { signal }, work).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
