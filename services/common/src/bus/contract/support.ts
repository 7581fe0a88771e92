import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createLog } from "../../log.ts";
import type { BusMessage, Delivery, EventBus, QueueSpec } from "../bus.ts";

/** BusSource opens the bus under test. Every test opens one of its own, on a broker that may be shared. */
export type BusSource = () => Promise<EventBus>;

/** silentLog writes nothing. */
export const silentLog = createLog("bus-test", "silent");

/** Names are a test's own names, since the broker outlives the test. */
export interface Names {
  readonly type: (name: string) => string;
  readonly queue: (name: string) => string;
}

/** createNames makes names that no other test has. */
export function createNames(): Names {
  const unique = randomUUID().slice(0, 8);
  return { type: (name) => `gittix.test.${unique}.${name}`, queue: (name) => `test.${unique}.${name}` };
}

/** queueSpec is a queue with three attempts, unless told otherwise. */
export function queueSpec(name: string, types: readonly string[], attemptsMax = 3): QueueSpec {
  return { name, types, attemptsMax, parkedName: `${name}.parked` };
}

/** message makes a message of a type with an id of its own. */
export function message(type: string, text = "hello"): BusMessage {
  return { id: randomUUID(), type, body: new TextEncoder().encode(text) };
}

/** textOf reads the body of a message made by `message`. */
export function textOf({ body }: BusMessage): string {
  return new TextDecoder().decode(body);
}

/** collector is a handler that keeps what it is given. */
export function collector(): { readonly seen: Delivery[]; handle(delivery: Delivery): Promise<void> } {
  const seen: Delivery[] = [];
  return {
    seen,
    async handle(delivery) {
      seen.push(delivery);
    },
  };
}

/** gate is a promise to be opened by hand. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** eventually repeats a check until it passes, and throws its last complaint when it never does. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(10);
    }
  }
}
