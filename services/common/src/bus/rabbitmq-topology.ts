import type { Channel, ChannelModel, ConfirmChannel } from "amqplib";
import type { Topology } from "./bus.ts";
import { attemptsLimit, eventExchange, queueKinds } from "./rabbitmq-queues.ts";
import { retireOlderWaits } from "./rabbitmq-waits.ts";

/** declareOn makes all of the topologies, or leaves what stands as it is. */
export async function declareOn(connection: ChannelModel, topologies: readonly Topology[]): Promise<void> {
  await withChannel(connection, async (channel) => {
    await channel.assertExchange(eventExchange, "topic", { durable: true });
    for (const topology of topologies) await declareTopology(channel, topology);
  });
}

/** withChannel gives work a channel of its own, since the broker closes a channel on which it refuses something. */
export async function withChannel<T>(
  connection: ChannelModel,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createConfirmChannel();
  // The refusal rejects what was asked for; without this listener it would also end the process.
  channel.on("error", () => {});
  try {
    return await work(channel);
  } finally {
    await channel.close().catch(() => {});
  }
}

/** checkTopology refuses what could not be kept to. */
export function checkTopology(topology: Topology): void {
  for (const { name, attemptsMax } of topology.queues) {
    if (attemptsMax > attemptsLimit) throw new Error(`The queue ${name} wants more than ${attemptsLimit} attempts.`);
  }
}

async function declareTopology(channel: ConfirmChannel, topology: Topology): Promise<void> {
  for (const queue of topology.queues) {
    // The parked queue first, since the other dead-letters to it.
    await channel.assertQueue(queue.parkedName, queueKinds.parked());
    await channel.assertQueue(queue.name, queueKinds.work(queue));
    await bind(channel, queue.name, queue.types);
  }
  for (const wait of topology.waits) {
    await channel.assertQueue(wait.name, queueKinds.wait(wait));
    await bind(channel, wait.name, wait.types);
    await retireOlderWaits(channel, wait);
    // Again, and last: two processes with different windows may be retiring each other's queue right now.
    // This way a message may wait in both, which does no harm, but never in neither.
    await bind(channel, wait.name, wait.types);
  }
}

async function bind(channel: Channel, queue: string, types: readonly string[]): Promise<void> {
  for (const type of types) await channel.bindQueue(queue, eventExchange, type);
}
