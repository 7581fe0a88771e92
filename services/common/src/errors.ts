import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { ErrorReason } from "@gittix/proto/errors/v1/error_reason";
import { BadRequestSchema, ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";

/** The `domain` of every ErrorInfo. */
export const errorDomain = "gittix";

/** ReasonName is a value of ErrorReason without its prefix, as it stands in ErrorInfo: `TICKET_RESERVED`. */
export type ReasonName = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

/** Every reason comes with one code, as the contract says. A new reason does not compile until it stands here. */
const codeOf = {
  VALIDATION_FAILED: Code.InvalidArgument,
  REQUEST_MALFORMED: Code.InvalidArgument,
  REQUEST_TOO_LARGE: Code.ResourceExhausted,
  PAGE_TOKEN_INVALID: Code.InvalidArgument,
  TOKEN_MISSING: Code.Unauthenticated,
  TOKEN_INVALID: Code.Unauthenticated,
  TOKEN_EXPIRED: Code.Unauthenticated,
  SESSION_ENDED: Code.Unauthenticated,
  CREDENTIALS_WRONG: Code.Unauthenticated,
  CALLER_NOT_ALLOWED: Code.PermissionDenied,
  TOO_MANY_ATTEMPTS: Code.ResourceExhausted,
  EMAIL_TAKEN: Code.AlreadyExists,
  TICKET_NOT_FOUND: Code.NotFound,
  TICKET_RESERVED: Code.FailedPrecondition,
  TICKET_SOLD: Code.FailedPrecondition,
  TICKET_WITHDRAWN: Code.FailedPrecondition,
  TICKET_NOT_YOURS: Code.PermissionDenied,
  TICKET_IS_YOURS: Code.FailedPrecondition,
  VERSION_MISMATCH: Code.Aborted,
  ORDER_NOT_FOUND: Code.NotFound,
  ORDER_EXPIRED: Code.FailedPrecondition,
  ORDER_CANCELLED: Code.FailedPrecondition,
  ORDER_COMPLETED: Code.FailedPrecondition,
  ORDER_NOT_DUE: Code.FailedPrecondition,
  CHARGE_NOT_FOUND: Code.NotFound,
  CHARGE_NOT_REFUNDABLE: Code.FailedPrecondition,
  PAYMENT_METHOD_INVALID: Code.InvalidArgument,
  DEAD_LETTER_NOT_FOUND: Code.NotFound,
  DEPENDENCY_UNAVAILABLE: Code.Unavailable,
  DEADLINE_EXCEEDED: Code.DeadlineExceeded,
  CALL_CANCELLED: Code.Canceled,
  METHOD_UNKNOWN: Code.Unimplemented,
  INTERNAL: Code.Internal,
} satisfies Record<ReasonName, Code>;

/** FieldProblem is one broken rule of one field, in the field's proto name: `price.amount_minor`. */
export interface FieldProblem {
  readonly field: string;
  readonly description: string;
}

/**
 * failure makes the one kind of error that leaves a service: a canonical code, a sentence that is safe
 * to show, and typed details. Throw it from the domain, a use case or an interceptor.
 */
export function failure(
  reason: ReasonName,
  sentence: string,
  options: {
    readonly metadata?: Readonly<Record<string, string>>;
    readonly fields?: readonly FieldProblem[];
    /** Goes to the log alone. */
    readonly cause?: unknown;
  } = {},
): ConnectError {
  const make = () =>
    new ConnectError(
      sentence,
      codeOf[reason],
      undefined,
      [{ desc: ErrorInfoSchema, value: { reason, domain: errorDomain, metadata: { ...options.metadata } } }],
      options.cause,
    );
  const error = faults.has(reason) ? make() : withoutStack(make);
  reasons.set(error, reason);
  if (options.fields && options.fields.length > 0) {
    error.details.push({
      desc: BadRequestSchema,
      value: { fieldViolations: options.fields.map((field) => ({ ...field })) },
    });
  }
  return error;
}

/** reasonOf reads the reason of an error, made here or received from another service. */
export function reasonOf(error: unknown): ReasonName | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const known = reasons.get(error);
  if (known) return known;
  const info = error.findDetails(ErrorInfoSchema).find((detail) => detail.domain === errorDomain);
  if (!info || !isReasonName(info.reason)) return undefined;
  reasons.set(error, info.reason);
  return info.reason;
}

/** The reasons of errors that were made or looked at before: each is asked for several times on its way out. */
const reasons = new WeakMap<ConnectError, ReasonName>();

/** Where these come from is of interest; all others are answers. */
const faults = new Set<ReasonName>(["INTERNAL", "DEPENDENCY_UNAVAILABLE"]);

/** withoutStack makes an error that tells nothing of where it was made: a stack costs more than all else of a refusal. */
export function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** metadataOf reads the metadata that came with the reason of an error. */
export function metadataOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof ConnectError)) return {};
  const info = error.findDetails(ErrorInfoSchema).find((detail) => detail.domain === errorDomain);
  return (info ?? create(ErrorInfoSchema)).metadata;
}

/** fieldProblemsOf reads the broken rules of fields that came with an error. */
export function fieldProblemsOf(error: unknown): readonly FieldProblem[] {
  if (!(error instanceof ConnectError)) return [];
  return error.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
}

function isReasonName(name: string): name is ReasonName {
  return Object.hasOwn(codeOf, name);
}
