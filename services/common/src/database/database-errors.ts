import { ConnectError } from "@connectrpc/connect";
import { QueryFailedError } from "typeorm";

/** What the two drivers say of an error; both put it on the error that TypeORM wraps. */
interface DriverError {
  readonly errno?: number;
  readonly errcode?: number;
  readonly code?: string;
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

/** isUnavailable tells that the database cannot be reached, or went away in the middle. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ConnectError) return false;
  const { code, errno } = driverError(error);
  return (
    errno === 1040 || errno === 1053 || errno === 1927 || errno === 3024 || errno === 1969 ||
    (code !== undefined && unreachable.has(code))
  );
}

const unreachable = new Set([
  "ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH",
  "PROTOCOL_CONNECTION_LOST", "PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR", "PROTOCOL_SEQUENCE_TIMEOUT", "POOL_CLOSED",
]);

function driverError(error: unknown): DriverError {
  const inner: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof inner === "object" && inner !== null ? inner : {};
}
