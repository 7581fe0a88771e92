import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { BusUnavailable, type BusMessage, type EventBus } from "../bus.ts";
import { type BusSource, collector, createNames, eventually, gate, message, queueSpec, textOf } from "./support.ts";

/** deliveryContract says how messages come to consumers and listeners. */
export function deliveryContract(open: BusSource): void {
  describe("delivery", () => {
    let bus: EventBus;
    const prefetch = 10;

    beforeEach(async () => {
      bus = await open();
    });
    afterEach(() => bus.close());

    test("gives a message to the consumer of a queue bound to its type, as it was", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.consume(queue("a"), handle, { prefetch });
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const sent: BusMessage = { id: "one", type: type("Made"), body: bytes };
      await bus.publish([sent]);
      await eventually(() => expect(seen).toHaveLength(1));
      expect(seen[0]).toMatchObject({ id: "one", type: type("Made"), attempt: 1 });
      expect([...(seen[0]?.body ?? [])]).toEqual([...bytes]);
    });

    test("gives a message to every queue bound to its type, and to no other", async () => {
      const { type, queue } = createNames();
      const [first, second, other] = [collector(), collector(), collector()];
      await bus.declare({
        queues: [
          queueSpec(queue("first"), [type("Made"), type("Sold")]),
          queueSpec(queue("second"), [type("Made")]),
          queueSpec(queue("other"), [type("Sold")]),
        ],
        waits: [],
      });
      await bus.consume(queue("first"), first.handle, { prefetch });
      await bus.consume(queue("second"), second.handle, { prefetch });
      await bus.consume(queue("other"), other.handle, { prefetch });
      await bus.publish([message(type("Made"), "made"), message(type("Sold"), "sold")]);
      await eventually(() => {
        expect(first.seen.map(textOf).sort()).toEqual(["made", "sold"]);
        expect(second.seen.map(textOf)).toEqual(["made"]);
        expect(other.seen.map(textOf)).toEqual(["sold"]);
      });
    });

    test("takes a message that no queue is bound to, and delivers its neighbours", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.publish([message(type("Unheard")), message(type("Made"))]);
      await bus.publish([]);
      await eventually(() => expect(seen.map((each) => each.type)).toEqual([type("Made")]));
    });

    test("keeps messages for a consumer that comes later, and tells how many", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.publish([message(type("Made")), message(type("Made"))]);
      await eventually(async () => expect(await bus.depth(queue("a"))).toBe(2));
      await bus.consume(queue("a"), handle, { prefetch });
      await eventually(async () => {
        expect(seen).toHaveLength(2);
        expect(await bus.depth(queue("a"))).toBe(0);
      });
    });

    test("changes nothing when the same topology is declared again", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      const topology = {
        queues: [queueSpec(queue("a"), [type("Made")])],
        waits: [
          { name: queue("wait.100"), prefix: queue("wait."), types: [type("Other")], ttlMs: 100, thenTo: queue("a") },
        ],
      };
      await bus.declare(topology);
      await bus.publish([message(type("Made"), "before")]);
      await bus.declare(topology);
      await bus.publish([message(type("Made"), "after")]);
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.declare(topology);
      await eventually(() => expect(seen.map(textOf).sort()).toEqual(["after", "before"]));
    });

    test("refuses to consume a queue that is not declared", async () => {
      const { queue } = createNames();
      await expect(bus.consume(queue("nowhere"), collector().handle, { prefetch })).rejects.toThrow("not declared");
    });

    test("gives a consumer no more than its prefetch at a time", async () => {
      const { type, queue } = createNames();
      const { opened, open: release } = gate();
      let running = 0;
      let runningMax = 0;
      let done = 0;
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.publish(Array.from({ length: 20 }, () => message(type("Made"))));
      const handle = async () => {
        running += 1;
        runningMax = Math.max(runningMax, running);
        await opened;
        running -= 1;
        done += 1;
      };
      await bus.consume(queue("a"), handle, { prefetch: 3 });
      await eventually(() => expect(running).toBe(3));
      release();
      await eventually(() => expect(done).toBe(20));
      expect(runningMax).toBe(3);
    });

    test("shares the messages of a queue among its consumers", async () => {
      const { type, queue } = createNames();
      const { opened, open: release } = gate();
      const seen: string[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      for (const name of ["left", "right"]) {
        const handle = async () => {
          seen.push(name);
          await opened;
        };
        await bus.consume(queue("a"), handle, { prefetch: 1 });
      }
      await bus.publish([message(type("Made")), message(type("Made"))]);
      await eventually(() => expect(seen.sort()).toEqual(["left", "right"]));
      release();
    });

    test("stops taking deliveries and waits for those under way", async () => {
      const { type, queue } = createNames();
      const { opened, open: release } = gate();
      const finished: string[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      let begun = 0;
      const handle = async () => {
        begun += 1;
        await opened;
        finished.push("handler");
      };
      const subscription = await bus.consume(queue("a"), handle, { prefetch: 1 });
      await bus.publish([message(type("Made")), message(type("Made"))]);
      await eventually(() => expect(begun).toBe(1));
      const stopped = subscription.stop().then(() => finished.push("stop"));
      release();
      await stopped;
      expect(finished).toEqual(["handler", "stop"]);
      await eventually(async () => expect(await bus.depth(queue("a"))).toBe(1));
      expect(begun).toBe(1);
    });

    test("gives a message whose handler failed while its consumer stopped to the next consumer", async () => {
      const { type, queue } = createNames();
      const { opened, open: release } = gate();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      let begun = false;
      const failing = async () => {
        begun = true;
        await opened;
        throw new Error("stopped in the middle");
      };
      const subscription = await bus.consume(queue("a"), failing, { prefetch: 1 });
      await bus.publish([message(type("Made"))]);
      await eventually(() => expect(begun).toBe(true));
      const stopped = subscription.stop();
      release();
      await stopped;
      await bus.consume(queue("a"), handle, { prefetch });
      await eventually(() => expect(seen.map((each) => each.attempt)).toEqual([2]));
    });

    test("lets a listener hear its types from now on, without a queue, until it stops", async () => {
      const { type } = createNames();
      const heard: BusMessage[] = [];
      await bus.publish([message(type("Made"), "too early")]);
      const subscription = await bus.listen([type("Made")], (each) => heard.push(each));
      await bus.listen([type("Made")], () => {
        throw new Error("a listener that fails");
      });
      const last = await bus.listen([type("Last")], (each) => heard.push(each));
      await bus.publish([message(type("Made"), "heard"), message(type("Sold"), "not asked for")]);
      await eventually(() => expect(heard.map(textOf)).toEqual(["heard"]));
      await subscription.stop();
      await bus.publish([message(type("Made"), "too late"), message(type("Last"), "last")]);
      await eventually(() => expect(heard.map(textOf)).toEqual(["heard", "last"]));
      await last.stop();
    });

    test("carries 2,000 messages, each once, in a few seconds", async () => {
      const { type, queue } = createNames();
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.consume(queue("a"), handle, { prefetch: 64 });
      const sent = Array.from({ length: 2_000 }, () => message(type("Made")));
      const chunks = Array.from({ length: 20 }, (_, index) => sent.slice(index * 100, index * 100 + 100));
      await Promise.all(chunks.map((chunk) => bus.publish(chunk)));
      await eventually(() => expect(seen).toHaveLength(2_000));
      expect(new Set(seen.map((each) => each.id)).size).toBe(2_000);
    });

    test("says that it is healthy until it is closed, and takes nothing afterwards", async () => {
      const { type } = createNames();
      expect(bus.healthy()).toBe(true);
      await bus.close();
      expect(bus.healthy()).toBe(false);
      await expect(bus.publish([message(type("Made"))])).rejects.toBeInstanceOf(BusUnavailable);
    });
  });
}
