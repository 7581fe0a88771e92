import { ConnectError } from "@connectrpc/connect";
import { QueryFailedError } from "typeorm";
import { failure } from "../errors.ts";

/** What the two drivers say of an error; both put it on the error that TypeORM wraps. */
interface DriverError {
  readonly errno?: number;
  readonly errcode?: number;
  readonly code?: string;
  readonly message?: string;
}

/** isDuplicate tells that an insert or update broke a unique index. */
export function isDuplicate(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  // MySQL ER_DUP_ENTRY; SQLite SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
  return errno === 1062 || errcode === 1555 || errcode === 2067;
}

/** isRetryable tells that the database rolled a transaction back so that another could go on. */
export function isRetryable(error: unknown): boolean {
  const { errno, errcode } = driverError(error);
  // MySQL deadlock and lock wait timeout, MariaDB's snapshot conflict; SQLite SQLITE_BUSY and its variants.
  return errno === 1213 || errno === 1205 || errno === 1020 || (errcode !== undefined && (errcode & 0xff) === 5);
}

/** isUnavailable tells that the database cannot be reached, takes no more work, or went away in the middle. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectError) return false;
  const { code, errno, message } = driverError(error);
  return (
    (errno !== undefined && refusals.has(errno)) ||
    (code !== undefined && losses.has(code)) ||
    (message !== undefined && wordsOfLoss.has(message))
  );
}

/** databaseUnavailable is what a caller hears of it. */
export function databaseUnavailable(cause: unknown): ConnectError {
  return failure("DEPENDENCY_UNAVAILABLE", "The database does not answer. Try again.", { cause });
}

const refusals = new Set([
  1040,
  1203,
  1226, // too many connections, of all or of this user
  1053,
  1317,
  1927, // shutting down, interrupted, killed
  1290,
  1792,
  1836, // read-only for now: another server has become the one to write to
  1969,
  3024, // a statement took too long
]);

const losses = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "PROTOCOL_CONNECTION_LOST",
  "PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR",
  "PROTOCOL_SEQUENCE_TIMEOUT",
]);

/** mysql2 gives no code to these. */
const wordsOfLoss = new Set([
  "Can't add new command when connection is in closed state",
  "Can't write in closed state",
  "Pool is closed.",
  "Queue limit reached.",
]);

function driverError(error: unknown): DriverError {
  const inner: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof inner === "object" && inner !== null ? inner : {};
}
