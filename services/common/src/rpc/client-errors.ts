import { Code, type ConnectError } from "@connectrpc/connect";
import { Metadata, type ServiceError } from "@grpc/grpc-js";
import { failure, reasonOf } from "../errors.ts";
import { connectErrorOf } from "./grpc-status.ts";
import { callCancelled, deadlineExceeded } from "./refusals.ts";

/**
 * receivedError makes the error of our model from what a grpc-js client reports: the other service's own
 * error with its details, or a reason for what happened on the way there.
 */
export function receivedError(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  const received = connectErrorOf(error, error);
  return reasonOf(received) === undefined ? explain(received) : received;
}

function explain(error: ConnectError): ConnectError {
  switch (error.code) {
    case Code.Unavailable:
      return failure("DEPENDENCY_UNAVAILABLE", "A part of GitTix does not answer at the moment. Please try again.", {
        cause: error,
      });
    case Code.DeadlineExceeded:
      return deadlineExceeded(error);
    case Code.Canceled:
      return callCancelled(error);
    default:
      return error;
  }
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error
    && error.metadata instanceof Metadata;
}
