import type { ChannelModel, ConsumeMessage } from "amqplib";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../log.ts";
import { endedWhileHandling, errorLine, pauseMs } from "./attempts.ts";
import type { Delivery, QueueSpec, Subscription } from "./bus.ts";
import { attemptOf, headersOf, readMessage } from "./rabbitmq-messages.ts";
import type { RabbitPublisher } from "./rabbitmq-publisher.ts";
import { openSession, type ConsumerSession } from "./rabbitmq-session.ts";
import { createRoom } from "./room.ts";

/** RabbitConsumer is a subscription that goes on over reconnections. */
export interface RabbitConsumer extends Subscription {
  /** Consumes on a new connection. What was in hand on the old one is given out again by the broker. */
  attach(connection: ChannelModel): Promise<void>;
}

/** createConsumer makes a consumer that is not attached yet. */
export function createConsumer(options: {
  readonly spec: QueueSpec;
  readonly handler: (delivery: Delivery) => Promise<void>;
  readonly prefetch: number;
  readonly publisher: Pick<RabbitPublisher, "sendToQueue">;
  readonly log: Logger;
  broken(connection: ChannelModel, reason: string): void;
}): RabbitConsumer {
  const { spec, handler, prefetch, publisher, log } = options;
  // It spans the sessions: a handler that outlives its connection still takes room.
  const room = createRoom(prefetch);
  const work = new Set<Promise<void>>();
  let session: ConsumerSession | undefined;
  let stopped = false;

  async function handle(from: ConsumerSession, message: ConsumeMessage): Promise<void> {
    const attempt = attemptOf(message);
    if (attempt > spec.attemptsMax) return park(from, message, spec.attemptsMax, endedWhileHandling);
    await room.enter();
    try {
      if (from.ending.aborted) return from.giveBack(message);
      await handler({ ...readMessage(message), attempt });
      return from.ack(message);
    } catch (error) {
      return failed(from, message, attempt, error);
    } finally {
      room.leave();
    }
  }

  /** Not awaited by whoever calls it: a message that rests or is parked takes no room. */
  function failed(from: ConsumerSession, message: ConsumeMessage, attempt: number, error: unknown): void {
    const { id, type } = readMessage(message);
    const about = { err: error, queue: spec.name, eventId: id, eventType: type, attempt };
    if (attempt < spec.attemptsMax) {
      log.warn(about, "event failed, will be tried again");
      track(from.rest(message, pauseMs(attempt)));
    } else {
      log.error(about, "event parked");
      track(park(from, message, attempt, errorLine(error)));
    }
  }

  /** Acknowledged only once it stands in the other queue. */
  async function park(from: ConsumerSession, message: ConsumeMessage, attempts: number, error: string): Promise<void> {
    const headers = headersOf({ queue: spec.name, error, attempts, parkedAt: new Date() });
    for (;;) {
      try {
        await publisher.sendToQueue(spec.parkedName, readMessage(message), headers);
        return from.ack(message);
      } catch (refusal) {
        if (from.ending.aborted) return from.giveBack(message);
        log.warn({ err: refusal, queue: spec.name }, "a message could not be parked yet");
        await sleep(parkAgainMs, undefined, { signal: from.ending }).catch(() => {});
      }
    }
  }

  function track(promise: Promise<void>): void {
    const tracked = promise
      .catch((error: unknown) => log.error({ err: error, queue: spec.name }, "a delivery broke"))
      .finally(() => work.delete(tracked));
    work.add(tracked);
  }

  return {
    async attach(connection) {
      if (stopped) return;
      session = await openSession({
        connection,
        queue: spec.name,
        prefetch,
        take: (from, message) => track(handle(from, message)),
        broken: (reason) => options.broken(connection, reason),
      });
      if (stopped) await session.close();
    },
    async stop() {
      stopped = true;
      await session?.end();
      while (work.size > 0) await Promise.all(work);
      await session?.close();
    },
  };
}

/** How long to wait before parking is tried again. */
const parkAgainMs = 1_000;
