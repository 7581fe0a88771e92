import type { ChannelModel } from "amqplib";
import type { Logger } from "../log.ts";
import { BusUnavailable, type EventBus, type QueueSpec, type WaitSpec } from "./bus.ts";
import { createConsumer, type RabbitConsumer } from "./rabbitmq-consumer.ts";
import { openLink, type RabbitLink } from "./rabbitmq-link.ts";
import { createListening } from "./rabbitmq-listening.ts";
import { createParked } from "./rabbitmq-parked.ts";
import { createPublisher } from "./rabbitmq-publisher.ts";
import { declareOn } from "./rabbitmq-topology.ts";
import { checkTopology } from "./topology-rules.ts";

/**
 * openRabbitBus opens a bus on RabbitMQ. It resolves also when the broker is not there: it goes on trying,
 * and makes everything that was declared, consumed and listened to anew on each connection. In between a
 * publish is refused with a BusUnavailable; it never waits for a broker to come back.
 *
 * It keeps two connections, because a broker that is short of memory or disk stops reading from whoever
 * publishes, and acknowledgements must still get through.
 */
export async function openRabbitBus(options: {
  readonly url: string;
  /** Names the connections, for those who look at the broker. */
  readonly name: string;
  readonly log: Logger;
  /** How long a publish may take. After that the message may have been taken over, or not. */
  readonly publishMaxMs?: number;
}): Promise<EventBus> {
  const { log, name, url, publishMaxMs = 10_000 } = options;
  if (!URL.canParse(url)) throw new Error("The URL of RabbitMQ is not a URL.");
  const queues = new Map<string, QueueSpec>();
  const waits = new Map<string, WaitSpec>();
  const consumers = new Set<RabbitConsumer>();
  let closed = false;

  const publisher = createPublisher({
    publishMaxMs,
    requireReady: () => {
      if (!outward.ready()) throw new BusUnavailable("RabbitMQ cannot be reached, or takes no messages for now.");
    },
    isBound: (type) => [...queues.values(), ...waits.values()].some(({ types }) => types.includes(type)),
    broken: (connection, reason) => outward.drop(connection, reason),
  });
  const listening = createListening({ log, broken: (connection, reason) => inward.drop(connection, reason) });
  const outward = openLink({
    url,
    name: `${name} publishing`,
    log,
    async setUp(connection) {
      await declareOn(connection, { queues: [...queues.values()], waits: [...waits.values()] });
      await publisher.attach(connection);
    },
  });
  const inward = openLink({
    url,
    name: `${name} consuming`,
    log,
    async setUp(connection) {
      // The wait queues are left to the other connection: to remember their names is to publish.
      await declareOn(connection, { queues: [...queues.values()], waits: [] });
      await listening.attach(connection);
      for (const consumer of consumers) await consumer.attach(connection);
    },
  });
  const parked = createParked({ connection: () => inward.connection(), publisher });
  await Promise.all([outward.attempted, inward.attempted]);

  function specOf(queue: string): QueueSpec {
    const spec = queues.get(queue);
    if (!spec) throw new Error(`The queue ${queue} is not declared.`);
    return spec;
  }

  return {
    async declare(topology) {
      checkTopology(topology);
      await onPresent(outward, (connection) => declareOn(connection, topology));
      for (const queue of topology.queues) queues.set(queue.name, queue);
      // One window at a time: the newest takes the place of the one before.
      for (const wait of topology.waits) waits.set(wait.prefix, wait);
    },
    publish: (messages) => publisher.publish(messages),
    async consume(queue, handler, { prefetch }) {
      const broken = (connection: ChannelModel, reason: string) => inward.drop(connection, reason);
      const consumer = createConsumer({ spec: specOf(queue), handler, prefetch, publisher, log, broken });
      await onPresent(inward, (connection) => consumer.attach(connection));
      consumers.add(consumer);
      return {
        async stop() {
          consumers.delete(consumer);
          await consumer.stop();
        },
      };
    },
    async listen(types, handler) {
      await inward.settled();
      return listening.listen(types, handler);
    },
    listParked: async (queue, limit) => parked.list(specOf(queue), limit),
    replayParked: async (queue, ids) => parked.replay(specOf(queue), ids),
    discardParked: async (queue, ids) => parked.discard(specOf(queue), ids),
    depth: (queue) => parked.depth(queue),
    healthy: () => !closed && outward.ready() && inward.ready(),
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await Promise.all([outward.close(), inward.close()]);
    },
  };
}

/**
 * onPresent does something on the present connection, and on the next one if that is lost meanwhile. Where
 * there is none there is nothing to do: what is declared and consumed is made when it comes.
 */
async function onPresent(link: RabbitLink, work: (connection: ChannelModel) => Promise<void>): Promise<void> {
  for (;;) {
    const connection = await link.settled();
    if (!connection) return;
    try {
      return await work(connection);
    } catch (error) {
      // What got no answer at all is tried again on a new connection.
      if (error instanceof BusUnavailable) link.drop(connection, error.message);
      if ((await link.settled()) === connection) throw error;
    }
  }
}
