import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../log.ts";
import { BusUnavailable, type EventBus } from "./bus.ts";
import { createConsumers } from "./embedded-consumers.ts";
import { openBusFile } from "./embedded-file.ts";
import { openMessages } from "./embedded-messages.ts";
import { openParked } from "./embedded-parked.ts";
import { openTopology } from "./embedded-topology.ts";
import { createTurns } from "./embedded-turns.ts";
import { createListeners } from "./listeners.ts";
import { checkTopology } from "./topology-rules.ts";

/**
 * openEmbeddedBus opens a bus that lives in this process and keeps its messages in one SQLite file, so that
 * nothing is lost when the process is killed: neither messages nor their deadlines nor their attempts.
 *
 * A publish is on the disk before it resolves, since the publisher forgets its own copy then. Everything
 * else may be undone by a power cut (not by a kill), which merely delivers a message again.
 */
export async function openEmbeddedBus(options: {
  /** The path of the file, or `:memory:`. */
  readonly file: string;
  readonly log: Logger;
  /** The clock, in ms since 1970. */
  readonly now?: () => number;
}): Promise<EventBus> {
  const { log, now = Date.now } = options;
  const file = openBusFile(options.file);
  const topology = openTopology(file.db);
  const messages = openMessages(file.db);
  const parked = openParked(file.db);
  const listeners = createListeners(log);
  const consumers = createConsumers({ messages, topology, log, now, save });
  const turns = createTurns(file, log, () => {
    const start = consumers.take();
    return () => {
      start();
      armTimer();
    };
  });
  let open = true;
  let timer: NodeJS.Timeout | undefined;

  function armTimer(): void {
    clearTimeout(timer);
    const dueAt = consumers.nextDueAt();
    // Never far ahead: the machine's clock may be set meanwhile.
    if (dueAt !== undefined && open) timer = setTimeout(turns.kick, Math.min(Math.max(dueAt - now(), 1), 60_000));
  }

  async function save(change: () => void): Promise<void> {
    while (open) {
      try {
        return await turns.write(change);
      } catch (error) {
        log.warn({ err: error }, "the outcome of an event could not be written down yet");
        await sleep(saveAgainMs);
      }
    }
  }

  return {
    async declare(wanted) {
      checkTopology(wanted);
      topology.check(wanted);
      await turns.write(() => topology.declare(wanted), { durable: true });
    },
    async publish(published) {
      const add = () => {
        const at = now();
        for (const message of published) {
          for (const route of topology.routes(message.type)) messages.add(message, route, at);
        }
      };
      if (published.length === 0) return;
      await turns.write(add, { durable: true });
      listeners.tell(published);
    },
    async consume(queue, handler, { prefetch }) {
      topology.rule(queue);
      const subscription = consumers.add(queue, handler, prefetch);
      turns.kick();
      return subscription;
    },
    listen: async (types, handler) => listeners.add(types, handler),
    async listParked(queue, limit) {
      refuseWhenClosed();
      return parked.list(queue, topology.rule(queue).parkedName, limit);
    },
    async replayParked(queue, ids) {
      const { parkedName } = topology.rule(queue);
      return turns.write(() => parked.replay(queue, parkedName, ids, now()), { durable: true });
    },
    async discardParked(queue, ids) {
      const { parkedName } = topology.rule(queue);
      return turns.write(() => parked.discard(queue, parkedName, ids), { durable: true });
    },
    async depth(name) {
      refuseWhenClosed();
      return messages.depth(name, now());
    },
    healthy: () => open && turns.healthy(),
    async close() {
      if (!open) return;
      await consumers.stopAll();
      open = false;
      clearTimeout(timer);
      turns.end();
      file.close();
    },
  };

  function refuseWhenClosed(): void {
    if (!open) throw new BusUnavailable("The event bus is closed.");
  }
}

/** How long to wait after an outcome could not be written (a full disk, say). */
const saveAgainMs = 1_000;
