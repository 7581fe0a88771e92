import type { Logger } from "../log.ts";
import { endedWhileHandling, errorLine, pauseMs } from "./attempts.ts";
import type { Delivery, Subscription } from "./bus.ts";
import type { EmbeddedMessages, Taken } from "./embedded-messages.ts";
import { createSuspects } from "./embedded-suspects.ts";
import type { EmbeddedTopology } from "./embedded-topology.ts";

/** Consumers gives due messages to handlers and writes down how it went. */
export interface Consumers {
  add(queue: string, handler: Handler, prefetch: number): Subscription;
  /** Takes what is due for those who have room; call it in a transaction, and its result after the commit. */
  take(): () => void;
  /** When something falls due that a consumer has room for. */
  nextDueAt(): number | undefined;
  stopAll(): Promise<void>;
}

type Handler = (delivery: Delivery) => Promise<void>;

interface Consumer {
  readonly queue: string;
  readonly handler: Handler;
  readonly prefetch: number;
  /** Handlers at work. A message that rests between attempts takes no room. */
  running: number;
  /** Everything not yet finished and written down. */
  readonly work: Set<Promise<void>>;
}

interface Parts {
  readonly messages: EmbeddedMessages;
  readonly topology: EmbeddedTopology;
  readonly log: Logger;
  readonly now: () => number;
  /** Writes in a coming turn, and does not give up before the bus closes. */
  save(change: () => void): Promise<void>;
}

/** createConsumers begins with what the last process had in hand when it ended. */
export function createConsumers(parts: Parts): Consumers {
  const { messages, topology, log, now } = parts;
  const consumers = new Set<Consumer>();
  const suspects = createSuspects(messages.recover());

  function hasRoom(consumer: Consumer): boolean {
    return consumer.running < consumer.prefetch;
  }

  /** Parks a message that was in hand too often when a process ended; true where it may be attempted. */
  function mayAttempt(message: Taken): boolean {
    const { attemptsMax, parkedName } = topology.rule(message.queue);
    if (message.attempts <= attemptsMax) return true;
    messages.park(message.seq, parkedName, attemptsMax, endedWhileHandling, now());
    return false;
  }

  function takeDue(consumer: Consumer, room: number): readonly Taken[] {
    return room > 0 ? messages.take(consumer.queue, room, now()).filter(mayAttempt) : [];
  }

  function takeSuspect(seq: number): Taken | undefined {
    const message = messages.takeOne(seq);
    return message && mayAttempt(message) ? message : undefined;
  }

  function start(consumer: Consumer, message: Taken): void {
    consumer.running += 1;
    const work = handle(consumer, message);
    consumer.work.add(work);
    void work.finally(() => consumer.work.delete(work));
  }

  async function handle(consumer: Consumer, message: Taken): Promise<void> {
    const { seq, attempts, id, type, body } = message;
    let change = () => messages.done(seq);
    try {
      await consumer.handler({ id, type, body, attempt: attempts });
    } catch (error) {
      change = failed(message, error);
    }
    // The room is free at once, so the turn that writes this down also takes the next message.
    consumer.running -= 1;
    suspects.ended(seq);
    await parts.save(change);
  }

  function failed({ seq, queue, attempts, id, type }: Taken, error: unknown): () => void {
    const { attemptsMax, parkedName } = topology.rule(queue);
    const at = now();
    const about = { err: error, queue, eventId: id, eventType: type, attempt: attempts };
    if (attempts < attemptsMax) {
      log.warn(about, "event failed, will be tried again");
      return () => messages.retry(seq, at + pauseMs(attempts));
    }
    log.error(about, "event parked");
    return () => messages.park(seq, parkedName, attempts, errorLine(error), at);
  }

  return {
    add(queue, handler, prefetch) {
      const consumer: Consumer = { queue, handler, prefetch, running: 0, work: new Set() };
      consumers.add(consumer);
      return {
        async stop() {
          consumers.delete(consumer);
          await Promise.all(consumer.work);
        },
      };
    },
    take() {
      const all = [...consumers];
      const suspect = suspects.next((queue) => all.find((each) => each.queue === queue && hasRoom(each)), takeSuspect);
      const due = all.flatMap((consumer) => {
        const room = consumer.prefetch - consumer.running - (suspect.consumer === consumer ? 1 : 0);
        return takeDue(consumer, room).map((message) => ({ consumer, message }));
      });
      return () => {
        suspect.begin();
        if (suspect.consumer && suspect.message) start(suspect.consumer, suspect.message);
        for (const { consumer, message } of due) start(consumer, message);
      };
    },
    nextDueAt() {
      const at = now();
      const times = [...consumers].filter(hasRoom).map((consumer) => messages.nextDueAt(consumer.queue, at));
      return times.reduce(
        (least, time) => (least === undefined || (time ?? Infinity) < least ? time : least),
        undefined,
      );
    },
    async stopAll() {
      const work = [...consumers].flatMap((consumer) => [...consumer.work]);
      consumers.clear();
      await Promise.all(work);
    },
  };
}
