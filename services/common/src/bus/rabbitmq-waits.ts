import type { ConfirmChannel, GetMessage } from "amqplib";
import type { WaitSpec } from "./bus.ts";
import { putBack } from "./rabbitmq-channel.ts";
import { eventExchange, queueKinds } from "./rabbitmq-queues.ts";

/**
 * retireOlderWaits unbinds every wait queue that was declared before under the same prefix, so that it takes
 * no more messages and drains. AMQP cannot list queues, so their names are remembered in the broker itself:
 * in a message of the queue `<prefix>known`, one line a wait queue, its name and then its types.
 */
export async function retireOlderWaits(channel: ConfirmChannel, wait: WaitSpec): Promise<void> {
  const register = `${wait.prefix}known`;
  await channel.assertQueue(register, queueKinds.parked());
  const found = await takeAll(channel, register);
  const known = merge(found.map(textOf), wait);
  for (const [name, types] of known) {
    if (name === wait.name) continue;
    for (const type of types) await channel.unbindQueue(name, eventExchange, type);
  }

  const text = [...known].map(([name, types]) => [name, ...types].join(" ")).join("\n");
  if (found.length === 1 && found.map(textOf).includes(text)) {
    return putBack(channel, register, found.length);
  }
  channel.sendToQueue(register, Buffer.from(text), { persistent: true });
  await channel.waitForConfirms();
  // Only now: had we died in between, both would stand and be merged by the next.
  channel.ackAll();
}

/** Takes every message in hand, without acknowledging it. */
async function takeAll(channel: ConfirmChannel, queue: string): Promise<readonly GetMessage[]> {
  const found: GetMessage[] = [];
  for (;;) {
    const message = await channel.get(queue);
    if (message === false) return found;
    found.push(message);
  }
}

/** All wait queues that are known, and the types each was ever bound to. */
function merge(texts: readonly string[], wait: WaitSpec): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, Set<string>>();
  for (const line of [...texts.flatMap((text) => text.split("\n")), [wait.name, ...wait.types].join(" ")]) {
    const [name, ...types] = line.split(" ");
    if (name) known.set(name, new Set([...(known.get(name) ?? []), ...types]));
  }
  return known;
}

function textOf(message: GetMessage): string {
  return message.content.toString();
}
