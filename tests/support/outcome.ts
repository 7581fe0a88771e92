import { Code, type ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";

/** Outcome is all that a caller learns of how a call went, whatever protocol they speak. */
export interface Outcome {
  /** `OK`, or the name of the canonical code. */
  readonly code: string;
  readonly reason: string;
  readonly domain: string;
  /** Each field violation as `field: description`. */
  readonly fields: readonly string[];
  readonly sentence: string;
}

/** answered is the outcome of a call that succeeds. */
export const answered: Outcome = { code: "OK", reason: "", domain: "", fields: [], sentence: "" };

/** outcomeOf reads what an error says. */
export function outcomeOf(error: ConnectError): Outcome {
  const [info] = error.findDetails(ErrorInfoSchema);
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  return {
    code: Code[error.code],
    reason: info?.reason ?? "",
    domain: info?.domain ?? "",
    fields: violations.map(({ field, description }) => `${field}: ${description}`),
    sentence: error.rawMessage,
  };
}
