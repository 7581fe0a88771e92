import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { pathToString } from "@bufbuild/protobuf/reflect";
import { createValidator, type Violation } from "@bufbuild/protovalidate";
import type { Interceptor } from "@connectrpc/connect";
import { failure } from "../../errors.ts";
import type { Mount } from "../mount.ts";

const validator = createValidator();
/** How many broken rules an answer names; a list of a thousand bad ids would not make it clearer. */
const fieldsMax = 20;

/** validation refuses requests that break a rule of the contract, and says which fields and why. */
export const validation: Interceptor = (next) => async (request) => {
  if (!request.stream) {
    check(request.method.input, request.message);
    return next(request);
  }
  return next({ ...request, message: checked(request.method.input, request.message) });
};

/** warmValidation compiles the rules of all requests, which would else make each first call slow. */
export function warmValidation(mounts: readonly Mount[]): void {
  for (const { spec } of mounts) {
    for (const { method } of Object.values(spec.methods)) validator.validate(method.input, create(method.input));
  }
}

async function* checked<Desc extends DescMessage>(desc: Desc, messages: AsyncIterable<MessageShape<Desc>>) {
  for await (const message of messages) {
    check(desc, message);
    yield message;
  }
}

function check<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): void {
  const result = validator.validate(desc, message);
  if (result.kind === "valid") return;
  if (result.kind === "error") throw result.error;
  throw failure("VALIDATION_FAILED", "Some of the input is not valid.", {
    fields: result.violations.slice(0, fieldsMax).map(problemOf),
  });
}

function problemOf(violation: Violation) {
  return { field: pathToString(violation.field), description: violation.message };
}
