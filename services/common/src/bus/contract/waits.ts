import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { EventBus, Topology } from "../bus.ts";
import { type BusSource, type Names, createNames, eventually, message, queueSpec, textOf } from "./support.ts";

/** waitContract says how messages wait for their time. */
export function waitContract(open: BusSource): void {
  describe("wait queues", () => {
    let bus: EventBus;

    beforeEach(async () => {
      bus = await open();
    });
    afterEach(() => bus.close());

    test("delivers a message when its time has passed, not before and soon after", async () => {
      const names = createNames();
      await bus.declare(topology(names, 200));
      const arrivals = await arrivalsOf(bus, names);
      const sentAt = performance.now();
      await bus.publish([message(names.type("Made"), "one"), message(names.type("Made"), "two")]);
      await eventually(() => expect(arrivals).toHaveLength(2));
      for (const { at } of arrivals) {
        expect(at - sentAt).toBeGreaterThanOrEqual(198);
        expect(at - sentAt).toBeLessThan(5_000);
      }
      expect(await bus.depth(names.queue("wait.200"))).toBe(0);
    });

    test("tells how many messages wait", async () => {
      const names = createNames();
      await bus.declare(topology(names, 60_000));
      await bus.publish([message(names.type("Made")), message(names.type("Made"))]);
      await eventually(async () => expect(await bus.depth(names.queue("wait.60000"))).toBe(2));
      expect(await bus.depth(names.queue("due"))).toBe(0);
    });

    test("lets an older window drain at its own time, and sends new messages to the new one alone", async () => {
      const names = createNames();
      await bus.declare(topology(names, 600));
      const arrivals = await arrivalsOf(bus, names);
      const sentAt = performance.now();
      await bus.publish([message(names.type("Made"), "old")]);
      await bus.declare(topology(names, 100));
      await bus.publish([message(names.type("Made"), "new")]);
      await eventually(() => expect(arrivals.map(({ text }) => text).sort()).toEqual(["new", "old"]));
      const old = arrivals.find(({ text }) => text === "old");
      expect((old?.at ?? 0) - sentAt).toBeGreaterThanOrEqual(598);
      // Had the new one waited in both, it would come again, right behind the old one.
      await bus.publish([message(names.type("Made"), "last")]);
      await eventually(() => expect(arrivals.map(({ text }) => text)).toContain("last"));
      expect(arrivals).toHaveLength(3);
    });

    test("returns to a window that was used before", async () => {
      const names = createNames();
      const arrivals = await bus.declare(topology(names, 100)).then(() => arrivalsOf(bus, names));
      await bus.declare(topology(names, 60_000));
      await bus.declare(topology(names, 100));
      await bus.publish([message(names.type("Made"), "one")]);
      await eventually(() => expect(arrivals.map(({ text }) => text)).toEqual(["one"]));
      expect(await bus.depth(names.queue("wait.60000"))).toBe(0);
    });

    test("keeps the attempts of a message that has waited apart from its wait", async () => {
      const names = createNames();
      await bus.declare(topology(names, 50));
      const attempts: number[] = [];
      const handle = async ({ attempt }: { readonly attempt: number }) => {
        attempts.push(attempt);
        if (attempt < 3) throw new Error("not yet");
      };
      await bus.consume(names.queue("due"), handle, { prefetch: 1 });
      await bus.publish([message(names.type("Made"))]);
      await eventually(() => expect(attempts).toEqual([1, 2, 3]));
    });
  });
}

function topology({ queue, type }: Names, ttlMs: number): Topology {
  return {
    queues: [queueSpec(queue("due"), [])],
    waits: [
      { name: queue(`wait.${ttlMs}`), prefix: queue("wait."), types: [type("Made")], ttlMs, thenTo: queue("due") },
    ],
  };
}

async function arrivalsOf(bus: EventBus, names: Names) {
  const arrivals: { readonly text: string; readonly at: number }[] = [];
  const handle = async (delivery: Parameters<Parameters<EventBus["consume"]>[1]>[0]) => {
    arrivals.push({ text: textOf(delivery), at: performance.now() });
  };
  await bus.consume(names.queue("due"), handle, { prefetch: 10 });
  return arrivals;
}
