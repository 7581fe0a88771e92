import { Caller as CallerKind, type Access } from "@gittix/proto/access/v1/access";
import type { Interceptor } from "@connectrpc/connect";
import { failure } from "../../errors.ts";
import { callerKey, type Caller } from "../../identity/caller.ts";
import { accessOf, isInfrastructure } from "../access.ts";

/** authorization lets in the callers that the contract names for a method, and nobody where it names none. */
export const authorization: Interceptor = (next) => (request) => {
  if (isInfrastructure(request.service)) return next(request);
  const access = accessOf(request.method);
  if (!access || (access.callers.length === 0 && access.services.length === 0)) {
    throw failure("METHOD_UNKNOWN", "This method is not available.");
  }
  const caller = request.contextValues.get(callerKey);
  if (allows(access, caller)) return next(request);
  if (access.callers.length > 0 && !caller.user && caller.service === undefined) {
    throw failure("TOKEN_MISSING", "Please sign in first.");
  }
  throw failure("CALLER_NOT_ALLOWED", "You are not allowed to do this.");
};

function allows({ callers, services }: Access, { user, service }: Caller): boolean {
  if (service !== undefined && services.includes(service)) return true;
  return callers.some((kind) => {
    switch (kind) {
      case CallerKind.ANYONE:
        return true;
      case CallerKind.USER:
        return user !== undefined;
      case CallerKind.OPERATOR:
        return user?.role === "operator";
      default:
        return false;
    }
  });
}
