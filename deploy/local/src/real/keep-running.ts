import { setTimeout as sleep } from "node:timers/promises";
import { spawnServer, startServer, type ServerCommand, type ServerProcess } from "../servers/server-process.ts";

/** KeptProcess is a process that is started again when it ends by itself. */
export interface KeptProcess {
  readonly name: string;
  readonly pid: number;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it as a crash would; it comes back. */
  kill(): Promise<void>;
  /** Lets it end in order, for good. */
  stop(): Promise<void>;
}

/** A process that lived for this long has not failed at its start. */
const calmMs = 30_000;
const pauseMaxMs = 10_000;

/** keepRunning starts a process, resolves when it answers, and starts it again after every crash. */
export async function keepRunning(
  command: ServerCommand,
  answers: () => Promise<boolean>,
  say: (line: string) => void,
): Promise<KeptProcess> {
  const stopping = new AbortController();
  let current: ServerProcess = await startServer(command, answers);
  const watch = keepAlive();

  async function keepAlive(): Promise<void> {
    for (let crashes = 0; ;) {
      const startedAt = performance.now();
      await current.ended;
      if (stopping.signal.aborted) return;
      crashes = performance.now() - startedAt > calmMs ? 0 : crashes + 1;
      const pauseMs = Math.min(pauseMaxMs, 250 * 2 ** crashes);
      say(`  ${command.name} has ended by itself and starts again (log: ${command.logFile})`);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      current = spawnServer(command);
    }
  }

  return {
    name: command.name,
    get pid() {
      return current.pid;
    },
    signal: (name) => current.signal(name),
    kill: () => current.kill(),
    async stop() {
      stopping.abort();
      await current.stop();
      await watch;
    },
  };
}
