import { createContextKey, type HandlerContext } from "@connectrpc/connect";
import { failure } from "../errors.ts";

/** UserCaller is the signed-in user whose access token came with the call. */
export interface UserCaller {
  readonly id: string;
  readonly role: "user" | "operator";
  readonly sessionId: string;
}

/** Caller is who makes the call. Both are set when a service calls on a user's behalf. */
export interface Caller {
  readonly user?: UserCaller | undefined;
  /** The name of the calling service, proven by its own token. */
  readonly service?: string | undefined;
  /** The network address of the caller, for limits; behind the edge the first forwarded one. */
  readonly address?: string | undefined;
}

/** callerKey holds the caller in a call's context values. */
export const callerKey = createContextKey<Caller>({}, { description: "caller" });

/** callerOf gives the caller of the call under way. */
export function callerOf(context: Pick<HandlerContext, "values">): Caller {
  return context.values.get(callerKey);
}

/** userOf gives the signed-in user of the call, and refuses where there is none. */
export function userOf(context: Pick<HandlerContext, "values">): UserCaller {
  const { user } = callerOf(context);
  if (!user) throw failure("TOKEN_MISSING", "Sign in first.");
  return user;
}
