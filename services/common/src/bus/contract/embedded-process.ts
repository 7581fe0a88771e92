// A process of its own for the embedded bus's tests, to be killed. Its arguments are the file of the bus,
// and what to do with it.
import { appendFileSync } from "node:fs";
import { openEmbeddedBus } from "../embedded.ts";
import { message, queueSpec, silentLog, textOf } from "./support.ts";

const [file = "", mode = ""] = process.argv.slice(2);
const bus = await openEmbeddedBus({ file, log: silentLog });
await bus.declare({ queues: [queueSpec("work", ["Made"], mode === "crash" ? 3 : 20)], waits: [] });

/** Appends a line to a record beside the bus's file; the parent reads it. */
function record(name: string, line: string): void {
  appendFileSync(`${file}.${name}`, `${line}\n`);
}

switch (mode) {
  case "flow": {
    // Publishes and consumes for ever, and records what the bus took over and what was handled.
    const handle = async (delivery: { readonly id: string }) => {
      await new Promise((resolve) => setImmediate(resolve));
      record("handled", delivery.id);
    };
    await bus.consume("work", handle, { prefetch: 8 });
    for (;;) {
      const batch = Array.from({ length: 5 }, () => message("Made"));
      await bus.publish(batch);
      for (const { id } of batch) record("published", id);
    }
  }
  case "crash": {
    // Handles messages slowly, and dies of the one that says so.
    const handle = async (delivery: Parameters<typeof textOf>[0]) => {
      if (textOf(delivery) === "deadly") process.kill(process.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 30));
      record("handled", textOf(delivery));
    };
    await bus.consume("work", handle, { prefetch: 8 });
    process.stdout.write("consuming\n");
    break;
  }
  case "hold":
    process.stdout.write("open\n");
    setInterval(() => {}, 1_000);
    break;
  default:
    throw new Error(`unknown mode: ${mode}`);
}
