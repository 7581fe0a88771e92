import type { ChannelModel, ConfirmChannel, GetMessage } from "amqplib";
import { BusUnavailable, type ParkedMessage, type QueueSpec } from "./bus.ts";
import { readParked } from "./rabbitmq-messages.ts";
import type { RabbitPublisher } from "./rabbitmq-publisher.ts";
import { withChannel } from "./rabbitmq-topology.ts";

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

  /** Shows up to `limit` parked messages to `visit`, and afterwards puts back those that it did not settle. */
  function walk(
    spec: QueueSpec,
    limit: number,
    visit: (channel: ConfirmChannel, message: GetMessage, parked: ParkedMessage) => Promise<void> | void,
  ): Promise<number> {
    const work = () =>
      withChannel(options.connection(), async (channel) => {
        const total = (await channel.checkQueue(spec.parkedName)).messageCount;
        for (let count = 0; count < Math.min(total, limit); count += 1) {
          const message = await channel.get(spec.parkedName);
          if (message === false) break;
          if (ours(message, spec)) await visit(channel, message, readParked(message, spec.name));
        }
        channel.nackAll(true);
        return total;
      });
    const result = last.then(work).catch(rethrow);
    last = result.catch(() => {});
    return result;
  }

  return {
    async list(spec, limit) {
      const messages: ParkedMessage[] = [];
      const total = await walk(spec, limit, (_channel, _message, parked) => void messages.push(parked));
      return { messages: messages.sort((a, b) => a.parkedAt.getTime() - b.parkedAt.getTime()), total };
    },
    async replay(spec, ids) {
      const replayed: string[] = [];
      await walk(spec, walkMax, async (channel, message, parked) => {
        if (!isChosen(ids, parked.id)) return;
        await options.publisher.sendToQueue(spec.name, parked, {});
        channel.ack(message);
        replayed.push(parked.id);
      });
      return replayed;
    },
    async discard(spec, ids) {
      const discarded: string[] = [];
      await walk(spec, walkMax, (channel, message, parked) => {
        if (!isChosen(ids, parked.id)) return;
        channel.ack(message);
        discarded.push(parked.id);
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
