import { failure } from "@gittix/common/errors";

/** Limit says how many attempts something has within the window. */
export interface Limit {
  /** What is counted: an account, or a network address; see the functions below. */
  readonly subject: string;
  readonly max: number;
}

/** accountSubject counts an account by the address that was typed in, whether anybody has it or not. */
export function accountSubject(emailKey: string): string {
  return `account ${emailKey}`;
}

/** addressSubject counts what comes from one network address. */
export function addressSubject(deed: "sign-in" | "sign-up", address: string): string {
  return `${deed} from ${networkOf(address)}`;
}

/** tooManyAttempts is the answer until the attempt at `oldest` has left the window. */
export function tooManyAttempts(oldest: Date, at: Date, windowMs: number): Error {
  const seconds = Math.max(1, Math.ceil((oldest.getTime() + windowMs - at.getTime()) / 1000));
  return failure("TOO_MANY_ATTEMPTS", "Too many attempts. Wait a while and try again.", {
    metadata: { retry_after_seconds: String(seconds) },
  });
}

/**
 * networkOf is the part of an address that one person has: all of IPv4, also where it is written as IPv6, and
 * the first 64 bits of IPv6, since whoever has one such address has all that begin with them.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/^\[|\]$|%.*$/g, "").toLowerCase();
  if (!plain.includes(":")) return plain;
  const mapped = /^(?:0*:)*:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = "", tail] = plain.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":").length : 0;
  if (tail !== undefined) groups.push(...Array.from({ length: Math.max(0, 8 - groups.length - after) }, () => "0"));
  const all = [...groups, ...(tail ? tail.split(":") : [])];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}
