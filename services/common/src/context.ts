import { AsyncLocalStorage } from "node:async_hooks";

/** CallContext is what follows a call, or the handling of an event, through everything it leads to. */
export interface CallContext {
  /** Names the call in the log and in an INTERNAL error. */
  readonly requestId: string;
  /** W3C trace context, handed on to every call and event that follows. */
  readonly traceParent: string;
  /** The user's `authorization` header as it came, to act on their behalf; never logged. */
  readonly authorization?: string | undefined;
  /** When the caller stops waiting, in milliseconds since the epoch; the calls that follow do not wait longer. */
  readonly deadlineAt?: number | undefined;
}

const storage = new AsyncLocalStorage<CallContext>();

/** callContext is the context of the call under way, or undefined outside one. */
export function callContext(): CallContext | undefined {
  return storage.getStore();
}

/** withCallContext runs work so that callContext() gives `context` in it and in what it awaits. */
export function withCallContext<T>(context: CallContext, work: () => T): T {
  return storage.run(context, work);
}
