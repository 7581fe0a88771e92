import { Code } from "@connectrpc/connect";
import type { ErrorReason } from "@gittix/proto/errors/v1/error_reason";

/** ReasonName is a value of ErrorReason as it travels: `TICKET_RESERVED`. */
export type ReasonName = Exclude<keyof typeof ErrorReason, "UNSPECIFIED">;

type Sentence = string | ((metadata: Readonly<Record<string, string>>) => string);

/** The table from reason to what a person reads. A reason that is new in the contract does not compile. */
const sentences = {
  VALIDATION_FAILED: "Please check what you entered.",
  REQUEST_MALFORMED: "This page is out of date. Reload it and try again.",
  REQUEST_TOO_LARGE: "That is more than we can take at once. Make it shorter.",
  PAGE_TOKEN_INVALID: "The list has changed. Reload it from the start.",
  TOKEN_MISSING: "Please sign in to go on.",
  TOKEN_INVALID: "Please sign in again to go on.",
  TOKEN_EXPIRED: "Please sign in again to go on.",
  SESSION_ENDED: "You were signed out. Please sign in again.",
  CREDENTIALS_WRONG: "The e-mail address and the password do not belong together.",
  CALLER_NOT_ALLOWED: "You are not allowed to do this.",
  TOO_MANY_ATTEMPTS: ({ retry_after_seconds }) => `Too many attempts. Try again in ${minutes(retry_after_seconds)}.`,
  EMAIL_TAKEN: "Somebody has already signed up with this e-mail address.",
  TICKET_NOT_FOUND: "There is no such ticket.",
  TICKET_RESERVED: ({ reserved_until }) =>
    `Somebody is buying this ticket at the moment. It is held ${until(reserved_until)}.`,
  TICKET_SOLD: "This ticket has been sold.",
  TICKET_WITHDRAWN: "The seller has withdrawn this ticket.",
  TICKET_NOT_YOURS: "Only the seller can change this ticket.",
  TICKET_IS_YOURS: "This is your own ticket, so you cannot buy it.",
  VERSION_MISMATCH: "The ticket has changed since you opened it. Look at it again before you save.",
  ORDER_NOT_FOUND: "There is no such order among yours.",
  ORDER_EXPIRED: "The time to pay is over, and the ticket was released. You have not been charged.",
  ORDER_CANCELLED: "This order was cancelled.",
  ORDER_COMPLETED: "This order is already paid.",
  ORDER_NOT_DUE: "The hold of this order has not ended yet.",
  CHARGE_NOT_FOUND: "Nothing has been charged for this order.",
  CHARGE_NOT_REFUNDABLE: "There is nothing to refund.",
  PAYMENT_METHOD_INVALID: "This payment method is not known. Choose another one.",
  DEAD_LETTER_NOT_FOUND: "There is no such message.",
  DEPENDENCY_UNAVAILABLE: "A part of GitTix does not answer at the moment. It is safe to try again.",
  DEADLINE_EXCEEDED: "This took too long. Look whether it has worked before you try again.",
  CALL_CANCELLED: "This was stopped half-way. Look whether it has worked before you try again.",
  METHOD_UNKNOWN: "This page is newer or older than the rest of GitTix. Reload it.",
  INTERNAL: "Something went wrong on our side.",
} satisfies Record<ReasonName, Sentence>;

/** sentenceFor says what a reason means, with what came along with it. */
export function sentenceFor(reason: ReasonName, metadata: Readonly<Record<string, string>> = {}): string {
  const sentence: Sentence = sentences[reason];
  return typeof sentence === "string" ? sentence : sentence(metadata);
}

/** isReasonName recognises a reason that this build knows. */
export function isReasonName(name: string): name is ReasonName {
  return Object.hasOwn(sentences, name);
}

/** sentenceForCode speaks where no reason came along: from the network, a proxy, or a newer service. */
export function sentenceForCode(code: Code): string {
  switch (code) {
    case Code.Unavailable:
      return "GitTix cannot be reached at the moment. Check your connection, or try again shortly.";
    case Code.DeadlineExceeded:
      return sentences.DEADLINE_EXCEEDED;
    case Code.Unauthenticated:
      return sentences.TOKEN_MISSING;
    case Code.PermissionDenied:
      return sentences.CALLER_NOT_ALLOWED;
    case Code.ResourceExhausted:
      return "That was too much at once. Wait a moment and try again.";
    default:
      return sentences.INTERNAL;
  }
}

function until(moment: string | undefined): string {
  const at = moment === undefined ? undefined : new Date(moment);
  return at && !Number.isNaN(at.getTime())
    ? `until ${new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(at)}`
    : "for a few minutes";
}

function minutes(seconds: string | undefined): string {
  const count = Math.ceil(Number(seconds) / 60);
  if (!Number.isFinite(count) || count < 1) return "a while";
  return count === 1 ? "a minute" : `${count} minutes`;
}
