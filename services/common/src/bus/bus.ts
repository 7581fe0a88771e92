/** BusMessage is one event on its way: `type` is its full proto name and routing key, `body` an Envelope. */
export interface BusMessage {
  readonly id: string;
  readonly type: string;
  readonly body: Uint8Array;
}

/** Delivery is a message given to a consumer; `attempt` counts from 1. */
export interface Delivery extends BusMessage {
  readonly attempt: number;
}

/** QueueSpec declares a durable queue. Declaring it again with the same words changes nothing. */
export interface QueueSpec {
  readonly name: string;
  /** The event types bound to it. */
  readonly types: readonly string[];
  /** How often a message may be attempted before it is parked, 1 to 20; what was begun and never ended counts. */
  readonly attemptsMax: number;
  /** Where messages go that failed every attempt: a queue of its own that nobody consumes. */
  readonly parkedName: string;
}

/**
 * WaitSpec declares a queue that nobody consumes: a message bound to it waits there for the TTL and then
 * moves to `thenTo`. One duration a queue, since messages expire only at the head.
 */
export interface WaitSpec {
  /** The full name, with the duration: `expiration.wait.900000`. */
  readonly name: string;
  /** What the name begins with; older wait queues with this prefix are unbound, and drain. */
  readonly prefix: string;
  readonly types: readonly string[];
  readonly ttlMs: number;
  /** The name of a declared queue. */
  readonly thenTo: string;
}

/** Topology is all that one service needs of the broker. */
export interface Topology {
  readonly queues: readonly QueueSpec[];
  readonly waits: readonly WaitSpec[];
}

/** ParkedMessage is a message that failed every attempt. */
export interface ParkedMessage extends BusMessage {
  readonly queue: string;
  readonly error: string;
  readonly attempts: number;
  readonly parkedAt: Date;
}

/** Subscription is a consumer at work. `stop` takes no more deliveries and resolves when those under way are done. */
export interface Subscription {
  stop(): Promise<void>;
}

/**
 * EventBus carries events between services: at least once, in no promised order. Two adapters, RabbitMQ
 * and the embedded one, pass one contract suite.
 */
export interface EventBus {
  /**
   * Declares the topology; the adapter declares it again whenever it reconnects. Resolves also when the
   * broker cannot be reached: then it is declared on the first connection.
   */
  declare(topology: Topology): Promise<void>;

  /**
   * Resolves when the broker has taken all messages over for every queue bound to them. Throws a
   * BusUnavailable when it has not, or may not have; the messages may then be sent again. A message that
   * no queue is bound to is not an error.
   */
  publish(messages: readonly BusMessage[]): Promise<void>;

  /**
   * Gives each message of the queue to `handler`, `prefetch` at most at a time. The message is done when the
   * handler resolves. When it rejects, the message is attempted again after a pause that grows, up to the
   * queue's `attemptsMax`, and then parked with the error; meanwhile others go on.
   */
  consume(
    queue: string,
    handler: (delivery: Delivery) => Promise<void>,
    options: { readonly prefetch: number },
  ): Promise<Subscription>;

  /** Gives every message of these types from now on to this process, without a durable queue: for watchers. */
  listen(types: readonly string[], handler: (message: BusMessage) => void): Promise<Subscription>;

  /** Parked messages of a queue, oldest first, and how many there are in all. */
  listParked(
    queue: string,
    limit: number,
  ): Promise<{ readonly messages: readonly ParkedMessage[]; readonly total: number }>;

  /** Puts parked messages back on their queue, attempts counted anew. Gives the ids that were. */
  replayParked(queue: string, ids: readonly string[] | "all"): Promise<readonly string[]>;

  /** Drops parked messages. Gives the ids that were. */
  discardParked(queue: string, ids: readonly string[] | "all"): Promise<readonly string[]>;

  /** How many messages stand in a declared queue, wait queue or parked queue; those in a consumer's hands do not. */
  depth(name: string): Promise<number>;

  /** Whether the broker can be reached now, and takes messages. */
  healthy(): boolean;

  /** Stops consumers, waits for their deliveries, closes. */
  close(): Promise<void>;
}

/** BusUnavailable says that the broker did not take the messages, or did not answer. */
export class BusUnavailable extends Error {
  override readonly name = "BusUnavailable";
}
