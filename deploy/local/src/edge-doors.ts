import type { IncomingMessage } from "node:http";

/** Doors are the HTTP doors of one service's replicas. */
export interface Doors {
  /** All of them, beginning with the one whose turn it is; those that did not answer lately come last. */
  inTurn(): readonly number[];
  /** Notes that nobody answered there. */
  closed(port: number): void;
}

/** For how long a door that did not answer is tried last. */
const closedMs = 1000;

/** createDoors goes round the replicas. */
export function createDoors(ports: readonly number[]): Doors {
  const closedUntil = new Map<number, number>();
  let turn = 0;
  return {
    inTurn() {
      const now = performance.now();
      const first = turn++ % ports.length;
      const round = [...ports.slice(first), ...ports.slice(0, first)];
      const isClosed = (port: number) => (closedUntil.get(port) ?? 0) > now;
      return [...round.filter((port) => !isClosed(port)), ...round.filter(isClosed)];
    },
    closed: (port) => void closedUntil.set(port, performance.now() + closedMs),
  };
}

/** neverArrived tells that a request has not reached anybody, so that it may be sent to another replica. */
export function neverArrived(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "ECONNREFUSED";
}

/** A body that is longer, or of unknown length, is passed on as it comes, to one replica only. */
const keptBytesMax = 256 * 1024;

/**
 * keptBody reads a short body, so that it can be sent again; undefined for one that is too long for that, and
 * `aborted` when the client left while it sent.
 */
export async function keptBody(request: IncomingMessage): Promise<Buffer | "aborted" | undefined> {
  if (request.headers["transfer-encoding"] !== undefined) return undefined;
  if (Number(request.headers["content-length"] ?? 0) > keptBytesMax) return undefined;
  const parts: Buffer[] = [];
  try {
    for await (const part of request) parts.push(part);
    return Buffer.concat(parts);
  } catch {
    return "aborted";
  }
}
