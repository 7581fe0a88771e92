import type { Interceptor } from "@connectrpc/connect";
import type { ServiceTokenVerifier } from "../identity/service-tokens.ts";
import type { UserTokenVerifier } from "../identity/user-tokens.ts";
import type { Logger } from "../log.ts";
import { authentication } from "./interceptors/authentication.ts";
import { authorization } from "./interceptors/authorization.ts";
import { callLog } from "./interceptors/call-log.ts";
import { callScope } from "./interceptors/call-scope.ts";
import { errorMapping } from "./interceptors/error-mapping.ts";
import { validation } from "./interceptors/validation.ts";
import { createCallMetrics, type CallMetrics } from "./metrics.ts";

/** serviceInterceptors is what every call to a service goes through, outermost first. */
export function serviceInterceptors(options: {
  readonly log: Logger;
  readonly userTokens: UserTokenVerifier;
  readonly serviceTokens: ServiceTokenVerifier;
  /** Give one to show it with metricsRoute. */
  readonly metrics?: CallMetrics;
}): Interceptor[] {
  const { log, userTokens, serviceTokens, metrics = createCallMetrics() } = options;
  return [
    callScope,
    callLog(log, metrics),
    errorMapping,
    authentication(userTokens, serviceTokens),
    authorization,
    validation,
  ];
}
