import type { Options } from "amqplib";
import type { QueueSpec, WaitSpec } from "./bus.ts";
import { attemptsLimit } from "./topology-rules.ts";

/** eventExchange takes every event; the routing key is the event's type. */
export const eventExchange = "gittix.events";

/**
 * queueKinds are the durable queues, and what each is declared with. All are quorum queues: these survive
 * the loss of a node, and only these dead-letter at least once. What a queue was declared with can never be
 * changed, so nothing that is tuned stands here but the time in a wait queue, which is part of its name.
 *
 * | queue  | fed by                 | a message leaves it when                  | and goes to  |
 * |--------|------------------------|-------------------------------------------|--------------|
 * | work   | its types, wait queues | it is handled                             | -            |
 * |        |                        | it has failed `attemptsMax` times (by us) | parked       |
 * |        |                        | it came back 20 times (by the broker)     | parked       |
 * | wait   | its types              | its time has passed                       | a work queue |
 * | parked | us, the broker         | an operator replays or discards it        | work, or -   |
 */
export const queueKinds = {
  /** The broker's own limit is the net for consumers that do not count, or die before they can. */
  work: (queue: QueueSpec) => quorum({ "x-delivery-limit": attemptsLimit, ...deadLetterTo(queue.parkedName) }),
  wait: (wait: WaitSpec) => quorum({ "x-message-ttl": wait.ttlMs, ...deadLetterTo(wait.thenTo) }),
  /** Looking at a parked message counts as a delivery, and must never be the end of it. */
  parked: () => quorum({ "x-delivery-limit": 1_000_000_000 }),
};

function quorum(more: Record<string, string | number>): Options.AssertQueue {
  return { durable: true, arguments: { "x-queue-type": "quorum", ...more } };
}

/** At-least-once needs reject-publish: without it RabbitMQ falls back to losing some, and does not say so. */
function deadLetterTo(queue: string): Record<string, string> {
  return {
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": queue,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
  };
}
