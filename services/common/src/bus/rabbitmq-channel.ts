import type { Channel, ChannelModel, ConfirmChannel } from "amqplib";
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "./bounds.ts";

/**
 * withChannel gives work a channel of its own, since the broker closes a channel on which it refuses
 * something. The work has a bound: a quorum queue without a leader does not answer at all.
 */
export async function withChannel<T>(
  connection: ChannelModel,
  work: (channel: ConfirmChannel) => Promise<T>,
): Promise<T> {
  const channel = await connection.createConfirmChannel();
  // The refusal rejects what was asked for; without this listener it would also end the process.
  channel.on("error", () => {});
  try {
    return await within(workMaxMs, "An operation on RabbitMQ", work(channel));
  } finally {
    await within(closeMaxMs, "Closing a channel", channel.close()).catch(() => {});
  }
}

/**
 * putBack gives back to its queue all that the channel has in hand, and waits until others can see it: until
 * that many messages stand in the queue.
 */
export async function putBack(channel: Channel, queue: string, standing: number): Promise<void> {
  channel.nackAll(true);
  const deadline = performance.now() + visibleMaxMs;
  while ((await channel.checkQueue(queue)).messageCount < standing && performance.now() < deadline) await sleep(5);
}

const workMaxMs = 10_000;
const closeMaxMs = 2_000;
/** Somebody else may have taken some meanwhile, so the wait has a bound. */
const visibleMaxMs = 1_000;
