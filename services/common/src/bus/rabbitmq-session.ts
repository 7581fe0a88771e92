import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import { setTimeout as sleep } from "node:timers/promises";
import { within } from "./bounds.ts";

/** ConsumerSession is a consumer's channel on one connection, and the messages that came by it. */
export interface ConsumerSession {
  /** Aborted when the session's channel is closed or about to be: what rests then rests no more. */
  readonly ending: AbortSignal;
  ack(message: ConsumeMessage): void;
  /** Puts a message back on its queue; the broker counts that as a delivery. */
  giveBack(message: ConsumeMessage): void;
  /** Keeps a message in hand for a while without taking the room of others, then gives it back. */
  rest(message: ConsumeMessage, ms: number): Promise<void>;
  /** Takes no more messages, and ends the rests. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/**
 * openSession begins to consume. The broker gives a consumer tag no more than `prefetch` messages that are
 * not settled, and does not know that some merely rest between attempts. When half of a tag's messages do,
 * another tag takes its place, and the old one gets no more.
 */
export async function openSession(options: {
  readonly connection: ChannelModel;
  readonly queue: string;
  readonly prefetch: number;
  take(session: ConsumerSession, message: ConsumeMessage): void;
  /** Called when the channel closed, or the queue was deleted, though nobody here asked for it. */
  broken(reason: string): void;
}): Promise<ConsumerSession> {
  const { connection, queue, prefetch, take, broken } = options;
  const ending = new AbortController();
  const channel = await connection.createChannel();
  let tagNumber = 0;
  let resting = 0;
  let restingUnderTag = 0;

  const session: ConsumerSession = {
    ending: ending.signal,
    ack: (message) => unlessClosed(() => channel.ack(message)),
    giveBack: (message) => unlessClosed(() => channel.nack(message, false, true)),
    async rest(message, ms) {
      const under = tagNumber;
      resting += 1;
      restingUnderTag += 1;
      if (restingUnderTag >= prefetch / 2 && resting < restingMax) renewTag();
      await sleep(ms, undefined, { signal: ending.signal }).catch(() => {});
      resting -= 1;
      if (under === tagNumber) restingUnderTag -= 1;
      session.giveBack(message);
    },
    async end() {
      if (ending.signal.aborted) return;
      ending.abort();
      await within(endMaxMs, "Cancelling a consumer", channel.cancel(tagOf(tagNumber))).catch(() => {});
    },
    async close() {
      ending.abort();
      await within(endMaxMs, "Closing a channel", channel.close()).catch(() => {});
    },
  };

  channel.on("error", (error) => broken(`the channel of ${queue} broke: ${error.message}`));
  channel.on("close", () => {
    if (!ending.signal.aborted) broken(`the channel of ${queue} closed`);
    ending.abort();
  });
  await channel.prefetch(prefetch);
  await consume(channel);
  return session;

  async function consume(on: Channel): Promise<void> {
    const onMessage = (message: ConsumeMessage | null) => {
      if (message) take(session, message);
      else broken(`the queue ${queue} no longer serves its consumer`);
    };
    await on.consume(queue, onMessage, { consumerTag: tagOf(tagNumber) });
  }

  function renewTag(): void {
    if (ending.signal.aborted) return;
    const old = tagNumber;
    tagNumber += 1;
    restingUnderTag = 0;
    const renewed = consume(channel).then(() => channel.cancel(tagOf(old)));
    // A channel that broke has said so by its events.
    renewed.catch(() => {});
  }
}

/** How many messages may rest at a time, before they do take the room of others. */
const restingMax = 1_000;
/** How long to wait for the broker when a session ends. */
const endMaxMs = 2_000;

function tagOf(number: number): string {
  return `gittix-${number}`;
}

/** On a closed channel nothing can be settled, and need not be: the broker gives the messages out again. */
function unlessClosed(settle: () => void): void {
  try {
    settle();
  } catch {
    // See above.
  }
}
