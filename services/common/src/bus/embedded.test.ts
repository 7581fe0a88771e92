import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { busContract } from "./bus.contract.ts";
import type { EventBus, Topology } from "./bus.ts";
import { collector, eventually, message, queueSpec, silentLog } from "./contract/support.ts";
import { openEmbeddedBus } from "./embedded.ts";

busContract("embedded", () => openEmbeddedBus({ file: ":memory:", log: silentLog }));

describe("the embedded bus's file", () => {
  let folder: string;
  let file: string;
  let bus: EventBus | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gittix-bus-"));
    file = join(folder, "bus.sqlite");
  });
  afterEach(async () => {
    await bus?.close();
    bus = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function reopen(now?: () => number): Promise<EventBus> {
    await bus?.close();
    bus = await openEmbeddedBus({ file, log: silentLog, ...(now && { now }) });
    return bus;
  }

  const topology = (ttlMs = 60_000): Topology => ({
    queues: [queueSpec("work", ["Made"]), queueSpec("due", [])],
    waits: [{ name: `wait.${ttlMs}`, prefix: "wait.", types: ["Timed"], ttlMs, thenTo: "due" }],
  });

  test("keeps messages, bindings and parked messages over a restart", async () => {
    let open = await reopen();
    await open.declare({ queues: [queueSpec("work", ["Made"], 1)], waits: [] });
    await open.publish([message("Made")]);
    await open.consume("work", () => Promise.reject(new Error("no")), { prefetch: 1 });
    await eventually(async () => expect(await open.depth("work.parked")).toBe(1));
    open = await reopen();
    const [parked] = (await open.listParked("work", 10)).messages;
    expect(parked).toMatchObject({ error: "Error: no", attempts: 1 });
    await open.publish([message("Made")]);
    expect(await open.depth("work")).toBe(1);
  });

  test("keeps deadlines over a restart: what fell due meanwhile comes at once, the rest at its time", async () => {
    let time = 1_000_000;
    const now = () => time;
    let open = await reopen(now);
    await open.declare(topology());
    const early = message("Timed");
    await open.publish([early]);
    time += 30_000;
    const late = message("Timed");
    await open.publish([late]);
    expect(await open.depth("wait.60000")).toBe(2);
    time += 30_000;
    open = await reopen(now);
    const { seen, handle } = collector();
    await open.declare(topology());
    await open.consume("due", handle, { prefetch: 5 });
    await eventually(() => expect(seen.map(({ id }) => id)).toEqual([early.id]));
    expect(await open.depth("wait.60000")).toBe(1);
    time += 30_000;
    open = await reopen(now);
    await open.consume("due", handle, { prefetch: 5 });
    await eventually(() => expect(seen.map(({ id }) => id)).toEqual([early.id, late.id]));
  });

  test("keeps the count of attempts over a restart", async () => {
    let open = await reopen();
    await open.declare(topology());
    await open.publish([message("Made")]);
    let failures = 0;
    const fail = async () => {
      failures += 1;
      throw new Error("no");
    };
    const subscription = await open.consume("work", fail, { prefetch: 1 });
    await eventually(() => expect(failures).toBe(1));
    await subscription.stop();
    open = await reopen();
    const { seen, handle } = collector();
    await open.consume("work", handle, { prefetch: 1 });
    await eventually(() => expect(seen[0]?.attempt).toBe(2));
  });

  test("refuses a file that another process has open, in one sentence, and takes it once that is killed", async () => {
    const child = start(file, "hold");
    await once(child.stdout ?? child, "data");
    await expect(openEmbeddedBus({ file, log: silentLog })).rejects.toThrow(
      `The event bus file ${file} is in use by another process.`,
    );
    await kill(child);
    await reopen();
  });

  test("says in one sentence that a file cannot be opened", async () => {
    const nowhere = join(folder, "missing", "bus.sqlite");
    await expect(openEmbeddedBus({ file: nowhere, log: silentLog })).rejects.toThrow(
      /^The event bus file .* cannot be opened: unable to open database file\.$/,
    );
  });

  test("loses nothing when its process is killed at any moment", async () => {
    for (let round = 1; round <= 5; round += 1) {
      const child = start(file, "flow");
      const before = lines("handled").length;
      await eventually(() => expect(lines("handled").length).toBeGreaterThan(before + 37 * round));
      await kill(child);
    }
    const published = lines("published");
    const open = await reopen();
    const { seen, handle } = collector();
    await open.consume("work", handle, { prefetch: 50 });
    await eventually(() => {
      const handled = new Set([...lines("handled"), ...seen.map(({ id }) => id)]);
      expect(published.filter((id) => !handled.has(id))).toEqual([]);
    });
    expect(await open.depth("work.parked")).toBe(0);
  }, 60_000);

  test("parks the message that kills the process, and not those in hand beside it", async () => {
    const open = await reopen();
    await open.declare({ queues: [queueSpec("work", ["Made"], 3)], waits: [] });
    const others = ["a", "b", "c", "d"];
    await open.publish(["a", "b", "deadly", "c", "d"].map((text) => message("Made", text)));
    await open.close();
    for (let crash = 1; crash <= 3; crash += 1) {
      const [, signal] = await once(start(file, "crash"), "exit");
      expect(signal).toBe("SIGKILL");
    }
    const survivor = start(file, "crash");
    await eventually(() => expect([...new Set(lines("handled"))].sort()).toEqual(others));
    await kill(survivor);
    const { messages } = await (await reopen()).listParked("work", 10);
    expect(messages.map(({ error, attempts }) => ({ error, attempts }))).toEqual([
      { error: "The process ended while it handled the message.", attempts: 3 },
    ]);
  }, 60_000);

  function lines(name: string): readonly string[] {
    const path = `${file}.${name}`;
    // The last line may be half written.
    return existsSync(path) ? readFileSync(path, "utf8").split("\n").slice(0, -1) : [];
  }
});

const script = join(import.meta.dirname, "contract", "embedded-process.ts");

function start(file: string, mode: string): ChildProcess {
  return spawn(process.execPath, [script, file, mode], { stdio: ["ignore", "pipe", "inherit"] });
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
