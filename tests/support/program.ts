import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { nodeFlags } from "@gittix/local/node-flags";
import { until } from "./until.ts";

/** startProgram is what `npm start` runs. */
export const startProgram = join(import.meta.dirname, "../../deploy/local/src/main.ts");

/** quickProgram is the same with nets under crashes that take seconds. */
export const quickProgram = join(import.meta.dirname, "mesh-program.ts");

/** Program is a process of our own. */
export interface Program {
  readonly pid: number;
  /** What it has printed so far, and what it has complained. */
  readonly output: string;
  readonly errors: string;
  /** Resolves when it has printed `text`; rejects when it ends without it. */
  printed(text: string, withinMs?: number): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with its exit code when it has ended; null for one that was killed. */
  readonly ended: Promise<number | null>;
}

/** runProgram runs a TypeScript program on this Node. It does not outlive this process. */
export function runProgram(file: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Program {
  const child = spawn(process.execPath, [...nodeFlags, file, ...args], {
    env: { ...process.env, NODE_OPTIONS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  let output = "";
  let errors = "";
  let over = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = once(child, "close").then(([code]: (number | null)[]) => {
    process.off("exit", kill);
    over = true;
    return code ?? null;
  });

  return {
    pid: child.pid ?? 0,
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
    async printed(text, withinMs = 45_000) {
      await until(() => over || output.includes(text), Boolean, withinMs);
      if (!output.includes(text)) throw new Error(`the program ended without printing "${text}": ${errors || output}`);
    },
    signal: (name) => void child.kill(name),
    ended,
  };
}
