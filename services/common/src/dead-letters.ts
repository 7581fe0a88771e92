import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { EnvelopeSchema, type Envelope } from "@gittix/proto/events/v1/envelope";
import { DeadLetterService, type DeadLetterSchema } from "@gittix/proto/operations/v1/dead_letter_service";
import { BusUnavailable, type EventBus, type ParkedMessage } from "./bus/bus.ts";
import { failure } from "./errors.ts";
import { openEnvelope } from "./events.ts";
import { internalService, type Mount } from "./rpc/mount.ts";

/** ParkedEvents is the part of the bus that operators work on. */
export type ParkedEvents = Pick<EventBus, "listParked" | "replayParked" | "discardParked">;

/** deadLetterService serves the parked messages of a service's queues to operators. */
export function deadLetterService(bus: ParkedEvents, queues: readonly string[]): Mount {
  return internalService(DeadLetterService, deadLetterMethods(bus, queues));
}

/** deadLetterMethods is what stands behind the service's methods. */
export function deadLetterMethods(bus: ParkedEvents, queues: readonly string[]): ServiceImpl<typeof DeadLetterService> {
  return {
    async listDeadLetters({ pageSize }) {
      const limit = pageSize || pageSizeDefault;
      const lists = await reaching(() => Promise.all(queues.map((queue) => bus.listParked(queue, limit))));
      const oldest = lists
        .flatMap(({ messages }) => messages)
        .sort((a, b) => a.parkedAt.getTime() - b.parkedAt.getTime())
        .slice(0, limit);
      const totalCount = lists.reduce((sum, { total }) => sum + total, 0);
      return { deadLetters: oldest.map(toDeadLetter), totalCount };
    },
    async replayDeadLetters({ ids, all }) {
      const replayed = await onEach(queues, (queue) => bus.replayParked(queue, all ? "all" : ids));
      refuseMissing(ids, replayed, "The others were replayed.");
      return { replayedCount: replayed.length };
    },
    async discardDeadLetters({ ids, all }) {
      const discarded = await onEach(queues, (queue) => bus.discardParked(queue, all ? "all" : ids));
      refuseMissing(ids, discarded, "The others were dropped.");
      return { discardedCount: discarded.length };
    },
  };
}

const pageSizeDefault = 100;
/** How many missing ids an error names: it travels in trailers, which are small. */
const missingNamedMax = 20;

/** One queue after the other, so that of two that fail none goes unnoticed. */
async function onEach(
  queues: readonly string[],
  work: (queue: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const queue of queues) done.push(...(await reaching(() => work(queue))));
  return done;
}

async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof BusUnavailable)) throw error;
    throw failure("DEPENDENCY_UNAVAILABLE", "The message broker does not answer.", { cause: error });
  }
}

function refuseMissing(ids: readonly string[], found: readonly string[], rest: string): void {
  const missing = ids.filter((id) => !found.includes(id));
  if (missing.length === 0) return;
  const more = missing.length > missingNamedMax ? ` and ${missing.length - missingNamedMax} more` : "";
  const named = missing.slice(0, missingNamedMax).join(", ") + more;
  throw failure("DEAD_LETTER_NOT_FOUND", `Not parked: ${named}. ${rest}`, { metadata: { ids: named } });
}

function toDeadLetter(message: ParkedMessage): MessageInitShape<typeof DeadLetterSchema> {
  const { aggregateId, aggregateVersion, occurredAt } = readEnvelope(message);
  return {
    id: message.id,
    type: message.type,
    queue: message.queue,
    aggregateId,
    aggregateVersion,
    error: message.error,
    attempts: message.attempts,
    ...(occurredAt && { occurredAt }),
    parkedAt: timestampFromDate(message.parkedAt),
  };
}

/** A message may be parked for the very reason that it cannot be read; it is listed all the same. */
function readEnvelope(message: ParkedMessage): Envelope {
  try {
    return openEnvelope(message);
  } catch {
    return create(EnvelopeSchema);
  }
}
