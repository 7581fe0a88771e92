import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { BusUnavailable, type BusMessage, type EventBus } from "@gittix/common/bus/bus";
import { withRawChannel } from "@gittix/common/bus/contract/raw-channel";
import {
  collector,
  createNames,
  eventually,
  gate,
  message,
  queueSpec,
  silentLog,
  textOf,
} from "@gittix/common/bus/contract/support";
import { openRabbitBus } from "@gittix/common/bus/rabbitmq";
import type { RabbitMq } from "../support/rabbitmq.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

/** faultContract says how the bus lives through what happens to a broker and to the way there. */
export function faultContract(broker: () => RabbitMq): void {
  describe("faults", () => {
    const prefetch = 10;
    let proxy: TcpProxy;
    const buses: EventBus[] = [];

    beforeEach(async () => {
      proxy = await startTcpProxy(broker().port);
    });
    afterEach(async () => {
      await Promise.all(buses.splice(0).map((bus) => bus.close()));
      await proxy.close();
    });

    async function open(publishMaxMs?: number): Promise<EventBus> {
      const url = broker().url.replace(/:\d+$/, `:${proxy.port}`);
      const bus = await openRabbitBus({ url, name: "fault", log: silentLog, ...(publishMaxMs && { publishMaxMs }) });
      buses.push(bus);
      return bus;
    }

    const healthy = (bus: EventBus) => eventually(() => expect(bus.healthy()).toBe(true), 15_000);

    test("goes on after its connections were cut: declared, consumed and listened to anew", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const { seen, handle } = collector();
      const heard: BusMessage[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.listen([type("Made")], (each) => heard.push(each));
      for (let round = 1; round <= 3; round += 1) {
        proxy.cut();
        await eventually(() => expect(bus.healthy()).toBe(false));
        await healthy(bus);
        await bus.publish([message(type("Made"))]);
        // A message whose acknowledgement was cut off comes twice.
        await eventually(() => expect([new Set(seen.map(({ id }) => id)).size, heard.length]).toEqual([round, round]));
      }
    });

    test("loses nothing while its connections are cut again and again", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const handled = new Set<string>();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")], 20)], waits: [] });
      const handle = async ({ id }: BusMessage) => {
        await new Promise((resolve) => setImmediate(resolve));
        handled.add(id);
      };
      await bus.consume(queue("a"), handle, { prefetch });
      const sent = Array.from({ length: 600 }, () => message(type("Made")));
      let taken = 0;
      while (taken < sent.length) {
        // As the outbox does: what was not confirmed is sent again.
        const batch = sent.slice(taken, taken + 20);
        const published = await bus.publish(batch).then(
          () => true,
          () => false,
        );
        if (published) taken += batch.length;
        else await healthy(bus);
        if (published && taken % 100 === 0) proxy.cut();
      }
      await eventually(() => expect(sent.filter(({ id }) => !handled.has(id))).toEqual([]));
      expect(await eventually(() => bus.listParked(queue("a"), 1))).toEqual({ messages: [], total: 0 });
    });

    test("gives a message out again that was in hand when the connection was cut, and settles it once", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const { opened, open: release } = gate();
      const attempts: number[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      const handle = async ({ attempt }: { readonly attempt: number }) => {
        attempts.push(attempt);
        await opened;
      };
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.publish([message(type("Made"))]);
      await eventually(() => expect(attempts).toEqual([1]));
      proxy.cut();
      await eventually(() => expect(attempts).toEqual([1, 2]));
      release();
      await bus.close();
      const again = await open();
      expect(await again.depth(queue("a"))).toBe(0);
    });

    test("parks a message whose consumers vanish each time, without attempting it once more", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const { opened, open: release } = gate();
      let attempts = 0;
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")], 2)], waits: [] });
      const handle = async () => {
        attempts += 1;
        await opened;
      };
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.publish([message(type("Made"))]);
      for (const round of [1, 2]) {
        await eventually(() => expect(attempts).toBe(round));
        proxy.cut();
        await eventually(() => expect(bus.healthy()).toBe(false));
        await healthy(bus);
      }
      const { messages } = await eventually(async () => {
        const parked = await bus.listParked(queue("a"), 10);
        expect(parked.total).toBe(1);
        return parked;
      });
      expect(messages[0]).toMatchObject({ attempts: 2, error: "The process ended while it handled the message." });
      expect(attempts).toBe(2);
      release();
    });

    test("opens without a broker, refuses at once to publish, and begins when the broker comes", async () => {
      const { type, queue } = createNames();
      proxy.refuse(true);
      const bus = await open();
      const { seen, handle } = collector();
      const heard: BusMessage[] = [];
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.consume(queue("a"), handle, { prefetch });
      await bus.listen([type("Made")], (each) => heard.push(each));
      expect(bus.healthy()).toBe(false);
      await expect(bus.publish([message(type("Made"))])).rejects.toBeInstanceOf(BusUnavailable);
      await expect(bus.listParked(queue("a"), 1)).rejects.toBeInstanceOf(BusUnavailable);
      await expect(bus.depth(queue("a"))).rejects.toBeInstanceOf(BusUnavailable);
      proxy.refuse(false);
      await healthy(bus);
      await bus.publish([message(type("Made"))]);
      await eventually(() => expect([seen.length, heard.length]).toEqual([1, 1]));
    });

    test("refuses a publish within its bound when nothing answers, and may be asked again later", async () => {
      const { type, queue } = createNames();
      const bus = await open(300);
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      proxy.freeze(true);
      const before = performance.now();
      await expect(bus.publish([message(type("Made"))])).rejects.toBeInstanceOf(BusUnavailable);
      expect(performance.now() - before).toBeLessThan(2_000);
      proxy.freeze(false);
      await bus.publish([message(type("Made"))]);
      expect(await bus.depth(queue("a"))).toBeGreaterThanOrEqual(1);
    });

    test("keeps messages and deadlines while the broker is killed and comes back", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const arrivals: { readonly text: string; readonly at: number }[] = [];
      await bus.declare({
        queues: [queueSpec(queue("work"), [type("Made")]), queueSpec(queue("due"), []), queueSpec(queue("first"), [])],
        waits: [
          {
            name: queue("wait.15000"),
            prefix: queue("wait."),
            types: [type("Timed")],
            ttlMs: 15_000,
            thenTo: queue("due"),
          },
          {
            name: queue("old.2000"),
            prefix: queue("old."),
            types: [type("First")],
            ttlMs: 2_000,
            thenTo: queue("first"),
          },
        ],
      });
      // RabbitMQ 3.10 forgets the leader of a queue that was made within a second of its being killed, so
      // the queues first prove to be older than that.
      await bus.publish([message(type("First"))]);
      await eventually(async () => expect(await bus.depth(queue("first"))).toBe(1));
      const sentAt = Date.now();
      await bus.publish([message(type("Made"), "work"), message(type("Timed"), "due")]);
      await broker().kill();
      await eventually(() => expect(bus.healthy()).toBe(false));
      await expect(bus.publish([message(type("Made"))])).rejects.toBeInstanceOf(BusUnavailable);
      const handle = async (delivery: BusMessage) => void arrivals.push({ text: textOf(delivery), at: Date.now() });
      await bus.consume(queue("work"), handle, { prefetch });
      await bus.consume(queue("due"), handle, { prefetch });
      await broker().restart();
      await eventually(() => expect(arrivals.map(({ text }) => text)).toEqual(["work", "due"]), 40_000);
      expect((arrivals[1]?.at ?? 0) - sentAt).toBeGreaterThanOrEqual(14_990);
      await healthy(bus);
    }, 90_000);

    test("acknowledges, but refuses to publish, while the broker is short of memory", async () => {
      const { type, queue } = createNames();
      const bus = await open(300);
      const { seen, handle } = collector();
      await bus.declare({ queues: [queueSpec(queue("a"), [type("Made")])], waits: [] });
      await bus.publish([message(type("Made")), message(type("Made"))]);
      await broker().control("set_vm_memory_high_watermark", "absolute", "1MB");
      try {
        await eventually(async () => {
          await expect(bus.publish([message(type("Other"))])).rejects.toThrow("takes no messages for now");
        }, 15_000);
        expect(bus.healthy()).toBe(false);
        await bus.consume(queue("a"), handle, { prefetch });
        await eventually(() => expect(seen).toHaveLength(2));
        await eventually(async () => expect(await bus.depth(queue("a"))).toBe(0));
      } finally {
        await broker().control("set_vm_memory_high_watermark", "0.4");
      }
      await healthy(bus);
      await bus.publish([message(type("Made"))]);
      await eventually(() => expect(seen).toHaveLength(3));
    }, 60_000);

    test("notices that a declared queue was deleted, refuses what it would lose, and makes the queue anew", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      const { seen, handle } = collector();
      await bus.declare({
        queues: [queueSpec(queue("a"), [type("Made")]), queueSpec(queue("b"), [type("Sold")])],
        waits: [],
      });
      await bus.consume(queue("b"), handle, { prefetch });
      await withRawChannel(broker().url, async (channel) => {
        await channel.deleteQueue(queue("a"));
        await channel.deleteQueue(queue("b"));
      });
      await expect(bus.publish([message(type("Made"))])).rejects.toBeInstanceOf(BusUnavailable);
      await eventually(() => bus.publish([message(type("Made")), message(type("Sold"))]), 15_000);
      await eventually(async () => expect(await bus.depth(queue("a"))).toBeGreaterThanOrEqual(1));
      await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(1));
    });

    test("lists what the broker itself parked, and what a publisher in another language sent", async () => {
      const { type, queue } = createNames();
      const bus = await open();
      await bus.declare({
        queues: [queueSpec(queue("due"), [])],
        waits: [
          { name: queue("wait.50"), prefix: queue("wait."), types: [type("Bare")], ttlMs: 50, thenTo: queue("due") },
        ],
      });
      await withRawChannel(broker().url, async (channel) => {
        // No more than the contract asks for: the routing key is the type.
        channel.publish("gittix.events", type("Bare"), Buffer.from("bare"), { messageId: "bare-1" });
        await eventually(async () => {
          const given = await channel.get(queue("due"));
          if (given) channel.nack(given, false, true);
          expect((await channel.checkQueue(`${queue("due")}.parked`)).messageCount).toBe(1);
        }, 15_000);
      });
      const { messages } = await bus.listParked(queue("due"), 10);
      expect(messages[0]).toMatchObject({ id: "bare-1", type: type("Bare"), queue: queue("due") });
      expect(messages[0]?.error).toContain("The broker gave up");
      expect(Math.abs(Date.now() - (messages[0]?.parkedAt.getTime() ?? 0))).toBeLessThan(60_000);
      expect(await bus.replayParked(queue("due"), ["bare-1"])).toEqual(["bare-1"]);
      const { seen, handle } = collector();
      await bus.consume(queue("due"), handle, { prefetch });
      await eventually(() => expect(seen).toMatchObject([{ id: "bare-1", type: type("Bare"), attempt: 1 }]));
    });

    test("takes another number of attempts for a queue that stands", async () => {
      const { type, queue } = createNames();
      const [first, second] = [await open(), await open()];
      await first.declare({ queues: [queueSpec(queue("a"), [type("Made")], 5)], waits: [] });
      await second.declare({ queues: [queueSpec(queue("a"), [type("Made")], 1)], waits: [] });
      await second.consume(queue("a"), () => Promise.reject(new Error("no")), { prefetch });
      await first.publish([message(type("Made"))]);
      await eventually(async () => expect((await second.listParked(queue("a"), 1)).total).toBe(1));
    });

    test("lets every process hear what each publishes", async () => {
      const { type } = createNames();
      const processes = [await open(), await open()];
      const heard: string[] = [];
      for (const [index, bus] of processes.entries()) {
        await bus.listen([type("Made")], (each) => heard.push(`${index} ${textOf(each)}`));
      }
      for (const [index, bus] of processes.entries()) await bus.publish([message(type("Made"), String(index))]);
      await eventually(() => expect(heard.sort()).toEqual(["0 0", "0 1", "1 0", "1 1"]));
    });
  });
}
