import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** Helper is a process of its own beside this one: what is measured never shares a process with the load. */
export interface Helper<Ready> {
  readonly pid: number;
  /** What it said when it was ready. */
  readonly ready: Ready;
  /** Asks it something, and waits for the answer. */
  ask<Answer>(question: unknown): Promise<Answer>;
  end(): Promise<void>;
}

/** Work is what a helper does: `answer` is called with each question, `close` at the end. */
export interface Work<Ready> {
  readonly ready: Ready;
  readonly answer?: (question: never) => Promise<unknown>;
  readonly close?: () => Promise<unknown>;
}

/** startHelper runs a program of this folder, gives it its setup, and resolves when it is ready. */
export async function startHelper<Ready>(
  file: string,
  setup: unknown,
  env: NodeJS.ProcessEnv = {},
): Promise<Helper<Ready>> {
  const child = fork(join(import.meta.dirname, file), {
    env: { ...process.env, ...env },
    execArgv: ["--disable-warning=ExperimentalWarning"],
    serialization: "advanced",
  });
  const ended = once(child, "exit");
  const receive = async (): Promise<unknown> => {
    const [said] = await Promise.race([once(child, "message"), ended.then(() => [{ error: `${file} has ended` }])]);
    if ("error" in said) throw new Error(said.error);
    return said.value;
  };
  child.send({ value: setup });
  return {
    pid: child.pid ?? 0,
    ready: (await receive()) as Ready,
    async ask(question) {
      child.send({ value: question });
      return (await receive()) as never;
    },
    async end() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** beHelper is the other side: it ends with the process that started it. */
export function beHelper<Setup, Ready>(start: (setup: Setup) => Promise<Work<Ready>>): void {
  let work: Work<Ready> | undefined;
  const handle = async (value: never): Promise<unknown> => {
    if (work) return work.answer?.(value);
    work = await start(value);
    return work.ready;
  };
  process.on("message", ({ value }: { value: never }) => {
    void handle(value).then(
      (answer) => process.send?.({ value: answer }),
      (error: unknown) =>
        process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once("disconnect", () => void Promise.resolve(work?.close?.()).finally(() => process.exit(0)));
  // Ctrl-C in the terminal reaches every process; this one waits for its parent.
  process.on("SIGINT", () => {});
}
