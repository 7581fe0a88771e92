import type { ChannelModel, ConfirmChannel, Message } from "amqplib";
import { within } from "./bounds.ts";
import { BusUnavailable, type BusMessage } from "./bus.ts";
import { bodyOf, propertiesOf } from "./rabbitmq-messages.ts";
import { eventExchange } from "./rabbitmq-queues.ts";

/** RabbitPublisher sends messages and waits for the broker's word that it has them on disk. */
export interface RabbitPublisher {
  /** Makes the channel on a new connection. */
  attach(connection: ChannelModel): Promise<void>;
  /** Sends events to the exchange, all at once. */
  publish(messages: readonly BusMessage[]): Promise<void>;
  /** Sends one message straight to a queue that must exist. */
  sendToQueue(queue: string, message: BusMessage, headers: Record<string, string | number>): Promise<void>;
}

/**
 * createPublisher takes `isBound`, which tells whether a type of event is bound to a queue that this process
 * declared. Such a message that reaches no queue was not delivered; one of another type is nobody's concern.
 */
export function createPublisher(options: {
  /** How long the broker may take to confirm. */
  readonly publishMaxMs: number;
  /** Throws a BusUnavailable while the broker takes nothing. */
  requireReady(): void;
  isBound(type: string): boolean;
  /** Something on the channel broke, or what was declared is gone. */
  broken(connection: ChannelModel, reason: string): void;
}): RabbitPublisher {
  let current: { readonly connection: ChannelModel; readonly channel: ConfirmChannel } | undefined;
  // How often a message was given back; the broker does so just before it confirms.
  const returned = new Map<string, number>();

  function send(exchange: string, key: string, message: BusMessage, headers: Record<string, string | number>) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const used = current;
    if (!used) throw new BusUnavailable("There is no channel to RabbitMQ.");
    const mustArrive = exchange === "" || options.isBound(key);
    const mark = markOf(exchange, key, message.id);
    const confirmed = (error: unknown) => {
      const cameBack = takeReturn(mark);
      if (error) return reject(new BusUnavailable("RabbitMQ did not take the message.", { cause: error }));
      if (!cameBack || !mustArrive) return resolve();
      options.broken(used.connection, `a declared queue or binding for ${key} is gone`);
      return reject(new BusUnavailable(`No queue took the message for ${key}.`));
    };
    try {
      used.channel.publish(exchange, key, bodyOf(message), { ...propertiesOf(message), headers }, confirmed);
    } catch (error) {
      reject(new BusUnavailable("The channel to RabbitMQ is closed.", { cause: error }));
    }
    return promise;
  }

  function takeReturn(mark: string): boolean {
    const count = returned.get(mark) ?? 0;
    if (count > 1) returned.set(mark, count - 1);
    else returned.delete(mark);
    return count > 0;
  }

  return {
    async attach(connection) {
      const channel = await connection.createConfirmChannel();
      channel.on("error", (error) => options.broken(connection, `the publishing channel broke: ${error.message}`));
      channel.on("close", () => {
        if (current?.channel === channel) current = undefined;
      });
      channel.on("return", ({ fields, properties }: Message) => {
        const mark = markOf(fields.exchange, fields.routingKey, String(properties.messageId));
        returned.set(mark, (returned.get(mark) ?? 0) + 1);
      });
      returned.clear();
      current = { connection, channel };
    },
    async publish(messages) {
      options.requireReady();
      const confirmed = Promise.all(messages.map((message) => send(eventExchange, message.type, message, {})));
      await within(options.publishMaxMs, "RabbitMQ's confirmation", confirmed);
    },
    async sendToQueue(queue, message, headers) {
      options.requireReady();
      await within(options.publishMaxMs, "RabbitMQ's confirmation", send("", queue, message, headers));
    },
  };
}

function markOf(exchange: string, key: string, id: string): string {
  return `${exchange}/${key}/${id}`;
}
