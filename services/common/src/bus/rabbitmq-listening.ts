import type { Channel, ChannelModel } from "amqplib";
import type { Logger } from "../log.ts";
import type { BusMessage, Subscription } from "./bus.ts";
import { createListeners } from "./listeners.ts";
import { readMessage } from "./rabbitmq-messages.ts";
import { eventExchange } from "./rabbitmq-queues.ts";

/** RabbitListening is this process's ear: a queue that goes when its connection goes. */
export interface RabbitListening {
  attach(connection: ChannelModel): Promise<void>;
  listen(types: readonly string[], handler: (message: BusMessage) => void): Promise<Subscription>;
}

interface Ear {
  readonly channel: Channel;
  readonly queue: string;
}

/** createListening makes the queue when the first listener comes; all of them share it. */
export function createListening(options: {
  readonly log: Logger;
  broken(connection: ChannelModel, reason: string): void;
}): RabbitListening {
  const listeners = createListeners(options.log);
  const heard = new Map<string, number>();
  let connected: ChannelModel | undefined;
  let ear: Promise<Ear> | undefined;

  async function open(connection: ChannelModel): Promise<Ear> {
    const channel = await connection.createChannel();
    channel.on("error", (error) => options.broken(connection, `the listening channel broke: ${error.message}`));
    const { queue } = await channel.assertQueue("", {
      exclusive: true,
      autoDelete: true,
      // A process that cannot keep up misses the oldest; the broker does not fill up for it.
      arguments: { "x-queue-type": "classic", "x-max-length": 10_000 },
    });
    await channel.consume(
      queue,
      (message) => {
        if (message) listeners.tell([readMessage(message)]);
        else options.broken(connection, "the listening queue is gone");
      },
      { noAck: true },
    );
    for (const type of heard.keys()) await channel.bindQueue(queue, eventExchange, type);
    return { channel, queue };
  }

  async function hear(types: readonly string[]): Promise<void> {
    for (const type of types) heard.set(type, (heard.get(type) ?? 0) + 1);
    if (!connected) return;
    const { channel, queue } = await (ear ??= open(connected));
    for (const type of types) await channel.bindQueue(queue, eventExchange, type);
  }

  async function unhear(types: readonly string[]): Promise<void> {
    for (const type of types) {
      const left = (heard.get(type) ?? 1) - 1;
      if (left > 0) heard.set(type, left);
      else heard.delete(type);
      const present = left === 0 ? await ear : undefined;
      await present?.channel.unbindQueue(present.queue, eventExchange, type);
    }
  }

  return {
    async attach(connection) {
      connected = connection;
      ear = undefined;
      if (heard.size > 0) await (ear = open(connection));
    },
    async listen(types, handler) {
      const subscription = listeners.add(types, handler);
      // A connection that is lost meanwhile is no failure: the next one hears these types too.
      await hear(types).catch(() => {});
      return {
        async stop() {
          await subscription.stop();
          await unhear(types).catch(() => {});
        },
      };
    },
  };
}
