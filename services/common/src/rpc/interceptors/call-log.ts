import { Code, ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from "@connectrpc/connect";
import { reasonOf } from "../../errors.ts";
import { callerKey } from "../../identity/caller.ts";
import type { Logger } from "../../log.ts";
import { isInfrastructure } from "../access.ts";
import type { CallMetrics } from "../metrics.ts";
import { describeFault } from "./fault.ts";
import { mapStream } from "./streams.ts";

/** callLog writes one line a call, when it has ended, and counts it. Faults of ours come with their cause. */
export function callLog(log: Logger, metrics: CallMetrics): Interceptor {
  const report = (request: UnaryRequest | StreamRequest, startedAt: number, error?: unknown) => {
    const ms = Math.round((performance.now() - startedAt) * 100) / 100;
    const code = error === undefined ? "OK" : codeName(error);
    const method = `${request.service.typeName}/${request.method.name}`;
    metrics.count(method, code, ms);

    const level = levelOf(request, error);
    if (!log.isLevelEnabled(level)) return;
    const { user, service } = request.contextValues.get(callerKey);
    const line = { method, code, ms, user: user?.id, from: service, reason: reasonOf(error) };
    if (level === "error" && error instanceof ConnectError)
      log.error({ ...line, fault: describeFault(error) }, "call failed");
    else log[level](line, "call");
  };

  return (next) => async (request) => {
    const startedAt = performance.now();
    try {
      const response = await next(request);
      if (!response.stream) {
        report(request, startedAt);
        return response;
      }
      return mapStream(
        response,
        reportAtEnd((error) => report(request, startedAt, error)),
      );
    } catch (error) {
      report(request, startedAt, error);
      throw error;
    }
  };
}

/** A stream is reported when its last step is done, when it fails, or when nobody reads on. */
function reportAtEnd(report: (error?: unknown) => void) {
  let open = true;
  const end = (error?: unknown) => {
    if (open) report(error);
    open = false;
  };
  return async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      const result = await step();
      if (typeof result === "object" && result !== null && "done" in result && result.done === true) end();
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  };
}

function levelOf(request: UnaryRequest | StreamRequest, error: unknown): "debug" | "info" | "error" {
  if (error === undefined) return isInfrastructure(request.service) ? "debug" : "info";
  return !(error instanceof ConnectError) || faults.has(error.code) ? "error" : "info";
}

const faults = new Set([Code.Internal, Code.Unknown, Code.DataLoss, Code.Unavailable]);

function codeName(error: unknown): string {
  return error instanceof ConnectError ? codeNames[error.code] : "UNKNOWN";
}

/** The canonical names, as gRPC writes them. */
const codeNames = {
  [Code.Canceled]: "CANCELLED",
  [Code.Unknown]: "UNKNOWN",
  [Code.InvalidArgument]: "INVALID_ARGUMENT",
  [Code.DeadlineExceeded]: "DEADLINE_EXCEEDED",
  [Code.NotFound]: "NOT_FOUND",
  [Code.AlreadyExists]: "ALREADY_EXISTS",
  [Code.PermissionDenied]: "PERMISSION_DENIED",
  [Code.ResourceExhausted]: "RESOURCE_EXHAUSTED",
  [Code.FailedPrecondition]: "FAILED_PRECONDITION",
  [Code.Aborted]: "ABORTED",
  [Code.OutOfRange]: "OUT_OF_RANGE",
  [Code.Unimplemented]: "UNIMPLEMENTED",
  [Code.Internal]: "INTERNAL",
  [Code.Unavailable]: "UNAVAILABLE",
  [Code.DataLoss]: "DATA_LOSS",
  [Code.Unauthenticated]: "UNAUTHENTICATED",
} satisfies Record<Code, string>;
