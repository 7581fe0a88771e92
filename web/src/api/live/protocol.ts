/** Liveness is what a page may say of the changes it is shown. */
export type Liveness = "connecting" | "live" | "reconnecting" | "ended";

/**
 * Wire is what the tab that holds the stream tells the others. `connection` names one unbroken stream:
 * a new name means that something may have been missed in between.
 */
export type Wire =
  | { readonly kind: "hello" }
  | { readonly kind: "status"; readonly liveness: Liveness; readonly connection: string }
  | { readonly kind: "message"; readonly bytes: Uint8Array; readonly connection: string };

/** View is what one tab knows of the stream. */
export interface View {
  readonly liveness: Liveness;
  readonly connection: string;
  readonly heardAtMs: number;
}

/** What a tab has to do about a message, besides keeping the view. */
export interface Step {
  readonly view: View;
  /** A stream has begun that this tab has not followed from its start: load everything again. */
  readonly started: boolean;
  readonly bytes?: Uint8Array;
}

/** A stream says something every 15 seconds; after this long a silent one is taken for dead. */
export const silenceMs = 40_000;

/** A stream is asked for again this fast at first and this slowly in the end. */
const retryFirstMs = 500;
const retryLastMs = 15_000;

/** hear is how a tab takes what the holder of the stream says. */
export function hear(view: View, wire: Wire, nowMs: number): Step {
  if (wire.kind === "hello") return { view, started: false };
  const liveness = wire.kind === "message" ? "live" : wire.liveness;
  const started = liveness === "live" && wire.connection !== view.connection;
  const next = {
    liveness,
    connection: liveness === "live" ? wire.connection : view.connection,
    heardAtMs: nowMs,
  };
  return wire.kind === "message" ? { view: next, started, bytes: wire.bytes } : { view: next, started };
}

/** listen is how a tab takes it when nothing is said. */
export function listen(view: View, nowMs: number): View {
  const silent = nowMs - view.heardAtMs >= silenceMs;
  return silent && view.liveness === "live" ? { ...view, liveness: "reconnecting" } : view;
}

/**
 * retryDelayMs waits longer after each failure. Half of it is chance, so that a thousand browsers do
 * not come back in the same moment. `random` is from 0 to 1.
 */
export function retryDelayMs(failures: number, random: number): number {
  const most = Math.min(retryLastMs, retryFirstMs * 2 ** Math.min(failures, 10));
  return Math.round(most / 2 + (most / 2) * random);
}
