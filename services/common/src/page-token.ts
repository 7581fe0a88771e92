import { createHash } from "node:crypto";
import { failure } from "./errors.ts";

/** Position is where a page ended: the last row's sort values. */
export type Position = readonly (string | number)[];

/** writePageToken makes the token of the page after `position`; `query` is all that must stay the same. */
export function writePageToken(query: unknown, position: Position): string {
  return Buffer.from(JSON.stringify([digest(query), ...position])).toString("base64url");
}

/** readPageToken gives the position in a token, undefined for an empty one, and refuses one of another query. */
export function readPageToken(query: unknown, token: string): Position | undefined {
  if (token === "") return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(parts) && parts[0] === digest(query) && parts.every(isValue)) return parts.slice(1);
  } catch {
    // Not one of ours: refused below.
  }
  throw failure("PAGE_TOKEN_INVALID", "This page cannot be opened. Start again from the first page.", {
    fields: [{ field: "page_token", description: "is not a token that this list gave out" }],
  });
}

function isValue(part: unknown): part is string | number {
  return typeof part === "string" || typeof part === "number";
}

function digest(query: unknown): string {
  return createHash("sha256").update(JSON.stringify(query)).digest("base64url").slice(0, 12);
}
