import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { BusMessage, Delivery, EventBus } from "../bus.ts";
import { type BusSource, type Names, collector, createNames, eventually, message, queueSpec } from "./support.ts";

/** failureContract says what becomes of messages whose handler fails. */
export function failureContract(open: BusSource): void {
  describe("failures", () => {
    let bus: EventBus;

    beforeEach(async () => {
      bus = await open();
    });
    afterEach(() => bus.close());

    test("attempts a failing message again, after pauses that grow, and then parks it with the error", async () => {
      const { type, queue } = createNames();
      const attempts: { attempt: number; at: number }[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      const handle = async ({ attempt }: Delivery) => {
        attempts.push({ attempt, at: performance.now() });
        throw new TypeError(`cannot,\n not even in attempt ${attempt}`);
      };
      await bus.consume(queue("a"), handle, { prefetch: 5 });
      const sent = message(type("Made"));
      const before = Date.now();
      await bus.publish([sent]);
      const { messages, total } = await eventually(async () => {
        const parked = await bus.listParked(queue("a"), 10);
        expect(parked.total).toBe(1);
        return parked;
      });
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      const times = attempts.map(({ at }) => at);
      const pauses = times.slice(1).map((at, index) => at - (times[index] ?? NaN));
      expect(pauses[0]).toBeGreaterThan(90);
      expect(pauses[1]).toBeGreaterThan(190);
      expect(total).toBe(1);
      expect(messages[0]).toMatchObject({
        id: sent.id,
        type: sent.type,
        queue: queue("a"),
        attempts: 3,
        error: "TypeError: cannot, not even in attempt 3",
      });
      expect([...(messages[0]?.body ?? [])]).toEqual([...sent.body]);
      expect(messages[0]?.parkedAt.getTime()).toBeGreaterThanOrEqual(before);
      expect(messages[0]?.parkedAt.getTime()).toBeLessThanOrEqual(Date.now());
      expect(await bus.depth(queue("a"))).toBe(0);
      expect(await bus.depth(`${queue("a")}.parked`)).toBe(1);
    });

    test("lets others pass while messages rest between their attempts", async () => {
      const { type, queue } = createNames();
      const done: string[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Bad"), type("Good")], 6)], waits: [] });
      const handle = async (delivery: Delivery) => {
        if (delivery.type === type("Bad")) throw new Error("poison");
        done.push(delivery.id);
      };
      await bus.publish(Array.from({ length: 12 }, () => message(type("Bad"))));
      await bus.publish(Array.from({ length: 12 }, () => message(type("Good"))));
      await bus.consume(queue("a"), handle, { prefetch: 2 });
      // Twelve poisons rest for 3.1 s each before they are parked; two at a time would take 18 s.
      await eventually(() => expect(done).toHaveLength(12), 9_000);
    });

    test("succeeds when a later attempt does", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      const failingOnce = async (delivery: Delivery) => {
        if (delivery.attempt === 1) throw new Error("not yet");
        await handle(delivery);
      };
      await bus.consume(queue("a"), failingOnce, { prefetch: 1 });
      await bus.publish([message(type("Made"))]);
      await eventually(() => expect(seen.map((each) => each.attempt)).toEqual([2]));
      expect(await bus.listParked(queue("a"), 10)).toEqual({ messages: [], total: 0 });
    });

    test("lists parked messages oldest first, up to a limit, as often as asked", async () => {
      const names = createNames();
      const sent = await park(bus, names, 5);
      for (let round = 0; round < 3; round += 1) {
        const { messages, total } = await bus.listParked(names.queue("a"), 3);
        expect(messages.map(({ id }) => id)).toEqual(sent.slice(0, 3).map(({ id }) => id));
        expect(total).toBe(5);
      }
    });

    test("replays the messages that are named, their attempts counted anew", async () => {
      const names = createNames();
      const [first, second] = await park(bus, names, 2);
      if (!first || !second) throw new Error("two messages were parked");
      expect(await bus.replayParked(names.queue("a"), [second.id, "no-such-id"])).toEqual([second.id]);
      const { seen, handle } = collector();
      const subscription = await bus.consume(names.queue("a"), handle, { prefetch: 5 });
      await eventually(() =>
        expect(seen.map(({ id, attempt }) => ({ id, attempt }))).toEqual([{ id: second.id, attempt: 1 }]),
      );
      await subscription.stop();
      const left = await bus.listParked(names.queue("a"), 10);
      expect(left.messages.map(({ id }) => id)).toEqual([first.id]);
    });

    test("replays all, and parks again what fails again", async () => {
      const names = createNames();
      const sent = await park(bus, names, 3);
      const replayed = await bus.replayParked(names.queue("a"), "all");
      expect([...replayed].sort()).toEqual(sent.map(({ id }) => id).sort());
      await eventually(async () => expect(await bus.depth(names.queue("a"))).toBe(3));
      expect((await bus.listParked(names.queue("a"), 10)).total).toBe(0);
      const subscription = await failAll(bus, names, 3);
      await subscription.stop();
      const { messages } = await bus.listParked(names.queue("a"), 10);
      expect(messages.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    });

    test("discards the messages that are named, or all", async () => {
      const names = createNames();
      const [first, ...rest] = await park(bus, names, 3);
      if (!first) throw new Error("three messages were parked");
      expect(await bus.discardParked(names.queue("a"), [first.id, "no-such-id"])).toEqual([first.id]);
      expect((await bus.listParked(names.queue("a"), 10)).total).toBe(2);
      const discarded = await bus.discardParked(names.queue("a"), "all");
      expect([...discarded].sort()).toEqual(rest.map(({ id }) => id).sort());
      expect(await bus.listParked(names.queue("a"), 10)).toEqual({ messages: [], total: 0 });
      expect(await bus.depth(names.queue("a"))).toBe(0);
    });
  });
}

/** Parks that many messages, one after the other, in a queue with one attempt. */
async function park(bus: EventBus, names: Names, count: number): Promise<readonly BusMessage[]> {
  const sent = Array.from({ length: count }, (_, index) => message(names.type("Made"), String(index)));
  await bus.declare({ queues: [queueSpec(names.queue("a"), [names.type("Made")], 1)], waits: [] });
  for (const [index, each] of sent.entries()) {
    await bus.publish([each]);
    const subscription = await failAll(bus, names, index + 1);
    await subscription.stop();
  }
  return sent;
}

/** Consumes with a handler that always fails until that many messages are parked. */
async function failAll(bus: EventBus, names: Names, parkedCount: number) {
  const fail = async () => {
    throw new Error("always");
  };
  const subscription = await bus.consume(names.queue("a"), fail, { prefetch: 5 });
  await eventually(async () => expect(await bus.depth(`${names.queue("a")}.parked`)).toBe(parkedCount));
  return subscription;
}
