import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Logger } from "../log.ts";
import { endedWhileHandling, errorLine, pauseMs } from "./attempts.ts";
import type { Delivery, QueueSpec, Subscription } from "./bus.ts";
import { attemptOf, headersOf, readMessage } from "./rabbitmq-messages.ts";
import type { RabbitPublisher } from "./rabbitmq-publisher.ts";

/** RabbitConsumer is a subscription that lives through reconnections. */
export interface RabbitConsumer extends Subscription {
  /** Consumes on a new connection; what was in hand on the old one comes again. */
  attach(connection: ChannelModel): Promise<void>;
}

/** Channel and messages of one connection. */
interface Session {
  readonly connection: ChannelModel;
  readonly channel: Channel;
  tag: string;
  /** Messages that rest between attempts, and how to end their rest. The broker counts them as in hand. */
  readonly resting: Map<ConsumeMessage, () => void>;
  /** How many of those came under the present consumer tag. */
  restingUnderTag: number;
  open: boolean;
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
  const work = new Set<Promise<void>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let stopped = false;
  let session: Session | undefined;
  return { attach, stop };

  async function attach(connection: ChannelModel): Promise<void> {}
  async function stop(): Promise<void> {}
}
