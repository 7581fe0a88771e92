import { Caller as CallerKind } from "@gittix/proto/access/v1/access";
import { ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from "@connectrpc/connect";
import { callContext } from "../../context.ts";
import { failure } from "../../errors.ts";
import { callerKey, type Caller, type UserCaller } from "../../identity/caller.ts";
import type { ServiceTokenVerifier } from "../../identity/service-tokens.ts";
import type { UserTokenVerifier } from "../../identity/user-tokens.ts";
import { accessOf } from "../access.ts";
import { headerOf, peerKey } from "../peer.ts";
import { bearerToken } from "./credentials.ts";

/**
 * authentication finds out who calls, from the user's token and the calling service's own. It waits for
 * nothing when the tokens are known already, as most are.
 */
export function authentication(users: UserTokenVerifier, services: ServiceTokenVerifier): Interceptor {
  const userOf = (request: UnaryRequest | StreamRequest): Found<UserCaller> => {
    const credential = callContext()?.authorization ?? headerOf(request, "authorization");
    return credential === undefined ? undefined : users.verify(tokenIn(credential));
  };
  const serviceOf = (request: UnaryRequest | StreamRequest): Found<string> => {
    const credential = headerOf(request, "x-service-authorization");
    return credential === undefined ? undefined : services.verify(tokenIn(credential));
  };

  return (next) => (request) => {
    // Where anyone may call, a worn-out token is as good as none: signing in and refreshing must work with it.
    const lenient = accessOf(request.method)?.callers.includes(CallerKind.ANYONE) === true;
    const user = found(() => userOf(request), lenient);
    const service = found(() => serviceOf(request), lenient);
    const { address } = request.contextValues.get(peerKey);
    const go = (caller: Caller) => {
      request.contextValues.set(callerKey, caller);
      return next(request);
    };
    if (!(user instanceof Promise) && !(service instanceof Promise)) return go({ user, service, address });
    return Promise.all([user, service]).then(([knownUser, knownService]) =>
      go({ user: knownUser, service: knownService, address }),
    );
  };
}

type Found<T> = T | Promise<T | undefined> | undefined;

function found<T>(look: () => Found<T>, lenient: boolean): Found<T> {
  if (!lenient) return look();
  try {
    const result = look();
    return result instanceof Promise ? result.catch(anonymous) : result;
  } catch (error) {
    return anonymous(error);
  }
}

function anonymous(error: unknown): undefined {
  if (error instanceof ConnectError) return undefined;
  throw error;
}

function tokenIn(credential: string): string {
  const token = bearerToken(credential);
  if (token === undefined) throw failure("TOKEN_INVALID", "This sign-in is not valid. Please sign in again.");
  return token;
}
