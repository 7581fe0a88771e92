import { randomInt } from "node:crypto";

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** newId makes an id of Stripe's look, such as `pi_3QxT…`: a prefix and 24 letters and digits. */
export function newId(prefix: string): string {
  return `${prefix}_3${randomText(23)}`;
}

export function newClientSecret(intentId: string): string {
  return `${intentId}_secret_${randomText(25)}`;
}

export function newRequestId(): string {
  return `req_${randomText(14)}`;
}

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS.charAt(randomInt(LETTERS.length))).join("");
}
