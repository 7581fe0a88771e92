import { Duplex } from "node:stream";
import { createPool, type Pool, type PoolConnection, type PoolOptions } from "mysql2";

/**
 * sessionRules are set on every connection, so that nothing depends on how the server was configured: UTC,
 * errors in the place of silently cut values, a lock that is given up while somebody still waits for the
 * answer, and the isolation that all transactions run in.
 */
const sessionRules = [
  `SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 3, sql_mode = '${[
    "STRICT_ALL_TABLES",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_ENGINE_SUBSTITUTION",
    "ONLY_FULL_GROUP_BY",
  ].join(",")}'`,
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** The longest that one statement may take; a server that is silent for longer has lost the connection. */
const statementMaxMs = 10_000;

/** PoolMaker is what TypeORM asks of the mysql2 package. */
export interface PoolMaker {
  createPool(options: PoolOptions): Pool;
}

/** boundedPools make pools whose every statement ends: with an answer, or with an error after a while. */
export const boundedPools: PoolMaker = { createPool: (options) => openPool(options, statementMaxMs) };

/** patientPools are for migrations, which may take as long as they need. */
export const patientPools: PoolMaker = { createPool: (options) => openPool(options, undefined) };

function openPool(options: PoolOptions, limitMs: number | undefined): Pool {
  const pool = createPool(options);
  pool.on("connection", (connection: PoolConnection) => {
    // Before anything else on this connection: its commands go one after the other.
    for (const rule of sessionRules) {
      connection.query(rule, (error) => {
        if (error) breakOff(connection, error);
      });
    }
    if (limitMs !== undefined) limitStatements(connection, limitMs);
  });
  return pool;
}

/**
 * mysql2's own limit gives an error to the caller and the connection back to the pool, where the next one
 * waits behind the same statement. Here the connection goes.
 */
function limitStatements(connection: PoolConnection, limitMs: number): void {
  const { query } = connection;
  const limited = (...parts: unknown[]) => {
    const then = parts.pop();
    if (typeof then !== "function") throw new Error("a statement needs somebody who waits for it");
    const timer = setTimeout(() => breakOff(connection, silence(limitMs)), limitMs);
    const settle = (...answer: unknown[]) => {
      clearTimeout(timer);
      then(...answer);
    };
    return Reflect.apply(query, connection, [...parts, settle]);
  };
  Object.assign(connection, { query: limited });
}

function silence(limitMs: number): Error {
  return Object.assign(new Error(`the database was silent for ${limitMs} ms`), { code: "ETIMEDOUT" });
}

/** mysql2's destroy would leave the statement under way without an answer for ever. */
function breakOff(connection: PoolConnection, reason: Error): void {
  if ("stream" in connection && connection.stream instanceof Duplex) connection.stream.destroy(reason);
  else connection.destroy();
}
