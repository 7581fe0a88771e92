import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";
import { isReasonName, sentenceFor, sentenceForCode, type ReasonName } from "./reasons.ts";

/** Failure is all that a page can know of an error. It has the shape of ui's Problem, so that a form can show it. */
export interface Failure {
  readonly code: Code;
  readonly sentence: string;
  /** Broken rules by field, under the field's name in the contract: `price.amount_minor`. */
  readonly fields: readonly { readonly path: string; readonly description: string }[];
  /** Names the call in the services' logs, where the fault is ours. */
  readonly requestId: string | undefined;
  /** Undefined when the error did not come from a service of ours, or from a newer one. */
  readonly reason: ReasonName | undefined;
}

/** readError is the one reader of errors: whatever was thrown comes out as a Failure. */
export function readError(thrown: unknown): Failure {
  const error = asConnectError(thrown);
  const info = error.findDetails(ErrorInfoSchema).find((detail) => detail.domain === "gittix");
  const reason = info && isReasonName(info.reason) ? info.reason : undefined;
  return {
    code: error.code,
    reason,
    sentence: reason ? sentenceFor(reason, info?.metadata) : sentenceForCode(error.code),
    fields: error
      .findDetails(BadRequestSchema)
      .flatMap((detail) => detail.fieldViolations)
      .map(({ field, description }) => ({ path: field, description })),
    // A number to quote helps only where the fault is ours.
    requestId: reason === "INTERNAL" || error.code === Code.Unknown ? requestIdOf(error, info?.metadata) : undefined,
  };
}

/** problemOf is readError for what may be no error at all, as react-query keeps it. */
export function problemOf(thrown: unknown): Failure | undefined {
  return thrown === null || thrown === undefined ? undefined : readError(thrown);
}

/** reasonOf is the reason alone. */
export function reasonOf(thrown: unknown): ReasonName | undefined {
  return readError(thrown).reason;
}

/** isTransient tells whether the same call may well succeed a moment later. */
export function isTransient(thrown: unknown): boolean {
  const { code } = asConnectError(thrown);
  return code === Code.Unavailable || code === Code.DeadlineExceeded;
}

/** A fetch that found no server throws a TypeError, which Connect wraps as Unknown or Internal. */
function asConnectError(thrown: unknown): ConnectError {
  const error = ConnectError.from(thrown);
  const unreachable = error.cause instanceof TypeError && error.details.length === 0;
  return unreachable ? new ConnectError(error.rawMessage, Code.Unavailable) : error;
}

function requestIdOf(error: ConnectError, metadata: Readonly<Record<string, string>> | undefined): string | undefined {
  return metadata?.["request_id"] ?? error.metadata.get("x-request-id") ?? undefined;
}
