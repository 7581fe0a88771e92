import { Code, type ConnectError } from "@connectrpc/connect";
import type { StatusObject } from "@grpc/grpc-js";
import { failure, reasonOf } from "../errors.ts";
import { connectErrorOf } from "./grpc-status.ts";
import { callCancelled, deadlineExceeded } from "./refusals.ts";

/**
 * receivedError makes the error of our model from the status that a call ended with: the other service's own
 * error with its details, or a reason for what happened on the way there.
 */
export function receivedError(status: StatusObject): ConnectError {
  const received = connectErrorOf(status);
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
