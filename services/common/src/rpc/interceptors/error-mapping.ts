import { Code, ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from "@connectrpc/connect";
import { callContext } from "../../context.ts";
import { databaseUnavailable, isUnavailable } from "../../database/database-errors.ts";
import { failure, reasonOf } from "../../errors.ts";
import { isInfrastructure } from "../access.ts";
import { callCancelled, deadlineExceeded, requestMalformed, requestTooLarge } from "../refusals.ts";
import { mapSteps, mapStream } from "./streams.ts";

/**
 * errorMapping is the only way out for an error: what carries a reason of ours goes out as it is, and
 * anything else becomes INTERNAL, its cause kept for the log alone.
 */
export const errorMapping: Interceptor = (next) => async (request) => {
  try {
    const response = await next(request.stream ? readable(request) : request);
    return response.stream ? mapStream(response, (step) => untilAborted(request, step)) : response;
  } catch (error) {
    throw mapped(error, request);
  }
};

/** What goes wrong while a stream's requests are read is the client's mistake. */
function readable(request: StreamRequest): StreamRequest {
  const explain = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      if (request.signal.aborted || reasonOf(error)) throw error;
      const tooLarge = error instanceof ConnectError && error.code === Code.ResourceExhausted;
      throw tooLarge ? requestTooLarge() : requestMalformed(error);
    }
  };
  return { ...request, message: mapSteps(request.message, explain) };
}

/** A stream ends when its signal does, even if its handler is waiting for something that never comes. */
async function untilAborted<T>(request: StreamRequest | UnaryRequest, step: () => Promise<T>): Promise<T> {
  const { signal } = request;
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(ended(request, signal.reason));
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([step(), aborted]);
  } catch (error) {
    throw mapped(error, request);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function mapped(error: unknown, request: UnaryRequest | StreamRequest): ConnectError {
  if (!(error instanceof ConnectError)) return isAbort(error, request) ? ended(request, error) : unexpected(error);
  const reason = reasonOf(error);
  if (reason !== undefined) return error.isWireError && refusesUs.has(reason) ? internal(error) : error;
  if (isInfrastructure(request.service)) return error;
  switch (error.code) {
    case Code.Canceled:
      return callCancelled(error);
    case Code.DeadlineExceeded:
      return deadlineExceeded(error);
    case Code.Unimplemented:
      return failure("METHOD_UNKNOWN", "This method is not available.", { cause: error });
    default:
      return internal(error);
  }
}

/** Reasons with which another service refuses this one: not our caller's mistake, but a fault of ours. */
const refusesUs = new Set(["CALLER_NOT_ALLOWED", "METHOD_UNKNOWN", "REQUEST_MALFORMED", "REQUEST_TOO_LARGE"]);

function isAbort(error: unknown, { signal }: UnaryRequest | StreamRequest): boolean {
  if (!signal.aborted) return false;
  return (
    error === signal.reason ||
    (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError"))
  );
}

/** The signal's reason says whether the deadline passed, the client left, or the server stops. */
function ended({ signal }: UnaryRequest | StreamRequest, cause: unknown): ConnectError {
  const why: unknown = signal.reason;
  if (!(why instanceof ConnectError)) return callCancelled(cause);
  if (reasonOf(why)) return why;
  return why.code === Code.DeadlineExceeded ? deadlineExceeded(cause) : callCancelled(cause);
}

/** A read that lost its database comes here as the driver threw it; a write has been told apart already. */
function unexpected(error: unknown): ConnectError {
  return isUnavailable(error) ? databaseUnavailable(error) : internal(error);
}

function internal(cause: unknown): ConnectError {
  const requestId = callContext()?.requestId ?? "";
  return failure("INTERNAL", "internal error", { metadata: { request_id: requestId }, cause });
}
