import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Envelope } from "@gittix/proto/events/v1/envelope";
import { v7 as uuidv7 } from "uuid";
import type { Delivery, EventBus, Subscription } from "./bus/bus.ts";
import { withCallContext } from "./context.ts";
import type { Database } from "./database/database.ts";
import { isUnavailable } from "./database/database-errors.ts";
import { openEnvelope } from "./events.ts";
import type { Logger } from "./log.ts";

/** Handler is one line of a service's table of subscriptions: an event and what it leads to. */
export interface Handler {
  readonly type: string;
  /** Whether the effect is a change in the service's own database, made once and together with the inbox. */
  readonly once: boolean;
  readonly handle: (envelope: Envelope) => Promise<void>;
}

/** on subscribes to an event whose effect is one change in the service's own database. */
export function on<D extends DescMessage>(schema: D, effect: (event: MessageShape<D>) => Promise<unknown>): Handler {
  return { ...onRepeatable(schema, effect), once: true };
}

/**
 * onRepeatable subscribes to an event whose effect is a call to another service. It runs outside any
 * transaction, and may run more than once for an event, so the call must be idempotent.
 */
export function onRepeatable<D extends DescMessage>(
  schema: D,
  effect: (event: MessageShape<D>) => Promise<unknown>,
): Handler {
  return {
    type: schema.typeName,
    once: false,
    handle: async (envelope) => void (await effect(fromBinary(schema, envelope.payload))),
  };
}

/** How many messages of a queue are under way at a time. */
const prefetch = 32;
/** The longest pause while something that the service stands on does not answer. */
const pauseMaxMs = 5000;

/**
 * consume gives each message of a queue to its handler. While a database or another service does not
 * answer, the message waits here and costs no attempt; any other failure costs one.
 */
export async function consume(options: {
  readonly bus: EventBus;
  readonly database: Pick<Database, "once">;
  readonly queue: string;
  readonly handlers: readonly Handler[];
  readonly log: Logger;
}): Promise<Subscription> {
  const { bus, database, queue, log } = options;
  const handlers = new Map(options.handlers.map((handler) => [handler.type, handler]));
  const stopping = new AbortController();

  async function handle(delivery: Delivery): Promise<void> {
    const handler = handlers.get(delivery.type);
    if (!handler) throw new Error(`nothing here handles ${delivery.type}`);
    const envelope = openEnvelope(delivery);
    await withCallContext({ requestId: uuidv7(), traceParent: envelope.traceParent }, async () => {
      for (let failures = 0; ; failures++) {
        try {
          if (handler.once) await database.once(envelope.id, () => handler.handle(envelope));
          else await handler.handle(envelope);
          return;
        } catch (error) {
          const facts = { event: envelope.id, type: envelope.type, aggregate: envelope.aggregateId, err: error };
          if (!isPassing(error) || stopping.signal.aborted) {
            log.error({ ...facts, attempt: delivery.attempt }, "event not handled");
            throw error;
          }
          if (failures === 0) log.warn(facts, "event waits for something that does not answer");
          await pause(Math.min(pauseMaxMs, 50 * 2 ** failures), stopping.signal);
        }
      }
    });
  }

  const subscription = await bus.consume(queue, handle, { prefetch });
  return {
    async stop() {
      stopping.abort();
      await subscription.stop();
    },
  };
}

/** isPassing tells a fault that goes away by itself from one that trying again does not mend. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return isUnavailable(error);
  return error.code === Code.Unavailable || error.code === Code.DeadlineExceeded;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    signal.addEventListener("abort", finish, { once: true });
    function finish() {
      clearTimeout(timer);
      signal.removeEventListener("abort", finish);
      resolve();
    }
  });
}
