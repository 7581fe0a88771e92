import type { Logger } from "../log.ts";
import type { BusMessage, Subscription } from "./bus.ts";

/** Listeners are those in this process who hear events as they pass, without a queue. */
export interface Listeners {
  add(types: readonly string[], handler: (message: BusMessage) => void): Subscription;
  tell(messages: readonly BusMessage[]): void;
}

/** createListeners keeps listeners; one that throws is logged and hurts nobody else. */
export function createListeners(log: Logger): Listeners {
  const listeners = new Set<{ readonly types: ReadonlySet<string>; handler(message: BusMessage): void }>();

  function tellOne(handler: (message: BusMessage) => void, message: BusMessage): void {
    try {
      handler(message);
    } catch (error) {
      log.error({ err: error, eventId: message.id, eventType: message.type }, "a listener failed");
    }
  }

  return {
    add(types, handler) {
      const listener = { types: new Set(types), handler };
      listeners.add(listener);
      return {
        async stop() {
          listeners.delete(listener);
        },
      };
    },
    tell(messages) {
      for (const message of messages) {
        for (const { types, handler } of listeners) {
          if (types.has(message.type)) tellOne(handler, message);
        }
      }
    },
  };
}
