import type { Interceptor } from "@connectrpc/connect";
import type { Message } from "@bufbuild/protobuf";
import { timestampMs, type Timestamp } from "@bufbuild/protobuf/wkt";

/** Sample is one reading of the server's clock between two of ours. */
export interface Sample {
  readonly serverMs: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

/** Offset is how far the server's clock is ahead of ours, and by how much that may be wrong. */
export interface Offset {
  readonly ms: number;
  readonly errorMs: number;
}

/** Between two clocks that run apart by less than this, nobody sees a difference. */
const driftMs = 1000;

/**
 * nextOffset keeps the reading that came with the shortest way, unless a new one contradicts it: then
 * somebody has set our clock, or the computer has slept, and the new one is right.
 */
export function nextOffset(current: Offset | undefined, sample: Sample): Offset {
  const errorMs = (sample.receivedMs - sample.sentMs) / 2;
  const next = { ms: sample.serverMs - (sample.sentMs + errorMs), errorMs };
  if (current === undefined || errorMs <= current.errorMs) return next;
  return Math.abs(next.ms - current.ms) > current.errorMs + errorMs + driftMs ? next : current;
}

let offset: Offset | undefined;

/** serverNow is the time by the server, whatever the computer's clock says. */
export const serverNow = (): number => Date.now() + (offset?.ms ?? 0);

/** observeServerTime learns from a message that brought the server's time along. */
export function observeServerTime(
  serverTime: Timestamp,
  sentMs: number = Date.now(),
  receivedMs: number = Date.now(),
): void {
  offset = nextOffset(offset, { serverMs: timestampMs(serverTime), sentMs, receivedMs });
}

/** clockInterceptor reads `server_time` from every response that has it. */
export const clockInterceptor: Interceptor = (next) => async (request) => {
  const sentMs = Date.now();
  const response = await next(request);
  if (!response.stream && hasServerTime(response.message)) observeServerTime(response.message.serverTime, sentMs);
  return response;
};

function hasServerTime(message: Message): message is Message & { serverTime: Timestamp } {
  return "serverTime" in message && message.serverTime !== undefined;
}
