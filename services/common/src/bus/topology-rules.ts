import type { Topology } from "./bus.ts";

/** attemptsLimit is the most that a queue's `attemptsMax` may be: RabbitMQ's own limit for every queue. */
export const attemptsLimit = 20;

/** checkTopology refuses what one adapter would do and the other would not. */
export function checkTopology(topology: Topology): void {
  for (const { name, attemptsMax } of topology.queues) {
    if (attemptsMax < 1 || attemptsMax > attemptsLimit) {
      throw new Error(`The queue ${name} wants ${attemptsMax} attempts; 1 to ${attemptsLimit} are possible.`);
    }
  }
  for (const { name, prefix } of topology.waits) {
    if (!name.startsWith(prefix)) throw new Error(`The name of the wait queue ${name} does not begin with ${prefix}.`);
  }
}
