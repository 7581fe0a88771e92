import { describe, expect, test } from "@jest/globals";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorReason } from "@gittix/proto/errors/v1/error_reason";
import { BadRequestSchema, ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";
import { isTransient, readError } from "./errors.ts";
import { isReasonName, sentenceFor } from "./reasons.ts";

describe("readError", () => {
  test("reads the reason and what came with it", () => {
    const failure = readError(thrown(Code.FailedPrecondition, "TICKET_RESERVED", { reserved_until: "not a time" }));
    expect(failure).toMatchObject({
      code: Code.FailedPrecondition,
      reason: "TICKET_RESERVED",
      fields: [],
      requestId: undefined,
    });
    expect(failure.sentence).toContain("for a few minutes");
  });

  test("reads every broken rule with its field", () => {
    const error = thrown(Code.InvalidArgument, "VALIDATION_FAILED");
    error.details.push({
      desc: BadRequestSchema,
      value: { fieldViolations: [{ field: "price.amount_minor", description: "must be positive" }] },
    });
    expect(readError(error).fields).toEqual([{ path: "price.amount_minor", description: "must be positive" }]);
  });

  test("gives the request id of a fault of ours, and of nothing else", () => {
    expect(readError(thrown(Code.Internal, "INTERNAL", { request_id: "r1" })).requestId).toBe("r1");
    expect(readError(thrown(Code.NotFound, "TICKET_NOT_FOUND", { request_id: "r1" })).requestId).toBeUndefined();
  });

  test("takes a reason that this build does not know by its code", () => {
    expect(readError(thrown(Code.PermissionDenied, "REASON_FROM_TOMORROW"))).toMatchObject({
      reason: undefined,
      sentence: "You are not allowed to do this.",
    });
  });

  test("does not believe the reasons of strangers", () => {
    const error = new ConnectError("", Code.NotFound, undefined, [
      { desc: ErrorInfoSchema, value: { reason: "TICKET_SOLD", domain: "elsewhere" } },
    ]);
    expect(readError(error).reason).toBeUndefined();
  });

  test("knows a server that cannot be reached, and that trying again may help", () => {
    const failed = new TypeError("Failed to fetch");
    expect(readError(failed)).toMatchObject({ code: Code.Unavailable });
    expect(isTransient(failed)).toBe(true);
    expect(isTransient(thrown(Code.FailedPrecondition, "TICKET_SOLD"))).toBe(false);
  });

  test("never shows the text of an unexpected error", () => {
    expect(readError(new Error("SELECT password FROM users")).sentence).toBe("Something went wrong on our side.");
  });
});

test("every reason of the contract has a sentence", () => {
  const names = Object.keys(ErrorReason).filter((name) => name !== "UNSPECIFIED");
  expect(names.length).toBeGreaterThan(30);
  for (const name of names) {
    expect(isReasonName(name) && sentenceFor(name)).toMatch(/^[A-Z].*\.$/);
  }
});

function thrown(code: Code, reason: string, metadata: Record<string, string> = {}): ConnectError {
  return new ConnectError("for the log", code, undefined, [
    { desc: ErrorInfoSchema, value: { reason, domain: "gittix", metadata } },
  ]);
}
