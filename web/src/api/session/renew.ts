import type { Interceptor } from "@connectrpc/connect";
import { reasonOf } from "../errors.ts";

export interface RenewOptions {
  /** Whether there may be a session at all; without one nothing is renewed. */
  readonly hasSession: () => boolean;
  /** Calls RefreshSession, once. It must not pass through this interceptor. */
  readonly refresh: () => Promise<void>;
  /** Runs work while no other tab of this browser runs it. */
  readonly exclusive: <T>(work: () => Promise<T>) => Promise<T>;
  /** The session is over: forget it. */
  readonly ended: () => Promise<void>;
}

/**
 * createRenewInterceptor renews an expired session unseen. A refresh token works once and its second
 * use ends the session, so exactly one tab may refresh at a time; whoever waited for the lock tries
 * again first, since the tab before has most likely renewed for all.
 *
 * The errors of a stream come with its messages and not with the call: whoever watches makes an
 * ordinary call first and so renews (see live/).
 */
export function createRenewInterceptor(options: RenewOptions): Interceptor {
  return (next) => async (request) => {
    const attempt = () => next(request);
    if (request.stream) return attempt();
    return attempt().catch(async (error: unknown) => {
      if (!isSessionError(error, options.hasSession)) throw error;
      return options.exclusive(async () =>
        attempt().catch(async (again: unknown) => {
          if (!isSessionError(again, options.hasSession)) throw again;
          await options.refresh().catch(async (refused: unknown) => {
            // Only a refusal ends the session; a server that is down does not.
            if (!isRefusal(refused)) throw refused;
            await options.ended();
          });
          return attempt();
        }),
      );
    });
  };
}

/** The access cookie goes away at its end, so an expired session mostly shows as a missing token. */
function isSessionError(error: unknown, hasSession: () => boolean): boolean {
  switch (reasonOf(error)) {
    case "TOKEN_MISSING":
      return hasSession();
    case "TOKEN_EXPIRED":
    case "TOKEN_INVALID":
      return true;
    default:
      return false;
  }
}

function isRefusal(error: unknown): boolean {
  const reason = reasonOf(error);
  return (
    reason === "TOKEN_MISSING" || reason === "TOKEN_INVALID" || reason === "TOKEN_EXPIRED" || reason === "SESSION_ENDED"
  );
}
