import type { ConnectError } from "@connectrpc/connect";
import { failure } from "../errors.ts";
import { limits } from "./limits.ts";

/** What the servers themselves answer, before or instead of a handler. */

/** requestTooLarge refuses a body by its size. */
export function requestTooLarge(bytesMax: number = limits.requestBytesMax): ConnectError {
  return failure("REQUEST_TOO_LARGE", `The request is larger than ${bytesMax / 1024} KiB.`);
}

/** requestMalformed refuses bytes that are not the message that the method takes. */
export function requestMalformed(cause?: unknown): ConnectError {
  return failure("REQUEST_MALFORMED", "The request cannot be read.", { cause });
}

/** deadlineExceeded ends a call whose time is up. */
export function deadlineExceeded(cause?: unknown): ConnectError {
  return failure("DEADLINE_EXCEEDED", "This took too long. It may have taken effect.", { cause });
}

/** callCancelled ends a call that nobody waits for any more. */
export function callCancelled(cause?: unknown): ConnectError {
  return failure("CALL_CANCELLED", "The call was cancelled.", { cause });
}

/** serverStopping ends a stream when its server stops. */
export function serverStopping(): ConnectError {
  return failure("DEPENDENCY_UNAVAILABLE", "The service is stopping; please try again.");
}

/** endOf says why a call ended before its answer, by what remained of its time. */
export function endOf(remainingMs: number | undefined): ConnectError {
  return remainingMs !== undefined && remainingMs <= 0 ? deadlineExceeded() : callCancelled();
}
