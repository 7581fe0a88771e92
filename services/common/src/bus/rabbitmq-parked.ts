import type { ChannelModel, GetMessage } from "amqplib";
import { BusUnavailable, type ParkedMessage, type QueueSpec } from "./bus.ts";
import { putBack, withChannel } from "./rabbitmq-channel.ts";
import { readParked } from "./rabbitmq-messages.ts";
import type { RabbitPublisher } from "./rabbitmq-publisher.ts";

/** RabbitParked is what an operator does with the parked messages of a queue. */
export interface RabbitParked {
  list(queue: QueueSpec, limit: number): Promise<{ messages: readonly ParkedMessage[]; total: number }>;
  replay(queue: QueueSpec, ids: readonly string[] | "all"): Promise<readonly string[]>;
  discard(queue: QueueSpec, ids: readonly string[] | "all"): Promise<readonly string[]>;
  /** How many messages are ready in any queue. */
  depth(name: string): Promise<number>;
}

/**
 * createParked works on parked messages by taking them in hand one by one, and putting back those that are
 * to stay. While they are in hand nobody else sees them, so one operation goes after the other.
 */
export function createParked(options: {
  connection(): ChannelModel;
  readonly publisher: Pick<RabbitPublisher, "sendToQueue">;
}): RabbitParked {
  let last: Promise<unknown> = Promise.resolve();

  /** Shows up to `limit` parked messages to `visit`, which says whether they are done with; puts the others back. */
  function walk(spec: QueueSpec, limit: number, visit: (parked: ParkedMessage) => Promise<boolean>): Promise<number> {
    const work = () =>
      withChannel(options.connection(), async (channel) => {
        const total = (await channel.checkQueue(spec.parkedName)).messageCount;
        let gone = 0;
        for (let count = 0; count < Math.min(total, limit); count += 1) {
          const message = await channel.get(spec.parkedName);
          if (message === false) break;
          if (!ours(message, spec) || !(await visit(readParked(message, spec.name)))) continue;
          channel.ack(message);
          gone += 1;
        }
        await putBack(channel, spec.parkedName, total - gone);
        return total;
      });
    const result = last.then(work).catch(rethrow);
    last = result.catch(() => {});
    return result;
  }

  return {
    async list(spec, limit) {
      const messages: ParkedMessage[] = [];
      const total = await walk(spec, limit, async (parked) => {
        messages.push(parked);
        return false;
      });
      return { messages: messages.sort((a, b) => a.parkedAt.getTime() - b.parkedAt.getTime()), total };
    },
    async replay(spec, ids) {
      const replayed: string[] = [];
      await walk(spec, walkMax, async (parked) => {
        if (!isChosen(ids, parked.id)) return false;
        await options.publisher.sendToQueue(spec.name, parked, {});
        replayed.push(parked.id);
        return true;
      });
      return replayed;
    },
    async discard(spec, ids) {
      const discarded: string[] = [];
      await walk(spec, walkMax, async (parked) => {
        if (!isChosen(ids, parked.id)) return false;
        discarded.push(parked.id);
        return true;
      });
      return discarded;
    },
    async depth(name) {
      const connection = options.connection();
      const { messageCount } = await withChannel(connection, (channel) => channel.checkQueue(name)).catch(rethrow);
      return messageCount;
    },
  };
}

/** How many parked messages one operation goes through at the most. */
const walkMax = 100_000;

/** Whether a message failed in this queue: several queues may park in one. */
function ours(message: GetMessage, spec: QueueSpec): boolean {
  return readParked(message, spec.name).queue === spec.name;
}

function isChosen(ids: readonly string[] | "all", id: string): boolean {
  return ids === "all" || ids.includes(id);
}

function rethrow(error: unknown): never {
  if (error instanceof BusUnavailable) throw error;
  throw new BusUnavailable("RabbitMQ did not answer.", { cause: error });
}
