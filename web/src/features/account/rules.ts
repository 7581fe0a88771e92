import type { Failure } from "../../api/errors.ts";

/** What to say when auth refuses a field; the rules are the contract's, here are only their words. */
export const emailRule = "Enter an e-mail address, like name@example.com.";
export const passwordHint = "At least 8 characters. Three unrelated words make a good one.";
export const passwordRule = "Use at least 8 characters, and at most 72 (fewer with letters beyond A to Z).";

/** withTakenEmail shows that an address is taken where the address is typed. */
export function withTakenEmail(failure: Failure | undefined): Failure | undefined {
  if (failure?.reason !== "EMAIL_TAKEN") return failure;
  return { ...failure, fields: [{ path: "email", description: failure.sentence }] };
}

/** withWrongPassword does the same for the current password. */
export function withWrongPassword(failure: Failure | undefined): Failure | undefined {
  if (failure?.reason !== "CREDENTIALS_WRONG") return failure;
  return { ...failure, fields: [{ path: "current_password", description: "This is not your current password." }] };
}
