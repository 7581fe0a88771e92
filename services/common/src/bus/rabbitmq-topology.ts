import type { Channel, ChannelModel, ConfirmChannel } from "amqplib";
import type { QueueSpec, Topology, WaitSpec } from "./bus.ts";
import { withChannel } from "./rabbitmq-channel.ts";
import { eventExchange, queueKinds } from "./rabbitmq-queues.ts";
import { retireOlderWaits } from "./rabbitmq-waits.ts";

/** declareOn makes what stands in the topology, or leaves it as it is. */
export async function declareOn(connection: ChannelModel, topology: Topology): Promise<void> {
  await withChannel(connection, async (channel) => {
    await channel.assertExchange(eventExchange, "topic", { durable: true });
    await declareQueues(channel, topology.queues);
    await declareWaits(channel, topology.waits);
  });
}

async function declareQueues(channel: Channel, queues: readonly QueueSpec[]): Promise<void> {
  for (const queue of queues) {
    // The parked queue first, since the other dead-letters to it.
    await channel.assertQueue(queue.parkedName, queueKinds.parked());
    await channel.assertQueue(queue.name, queueKinds.work(queue));
    await bind(channel, queue.name, queue.types);
  }
}

async function declareWaits(channel: ConfirmChannel, waits: readonly WaitSpec[]): Promise<void> {
  for (const wait of waits) {
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
