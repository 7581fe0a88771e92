import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** ServerProcess is a program of somebody else's that runs beneath this one, and dies with it. */
export interface ServerProcess {
  readonly pid: number;
  running(): boolean;
  /** Resolves with its exit code when it has ended; null for one that was killed. */
  readonly ended: Promise<number | null>;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Lets it end in order, for a while. */
  stop(): Promise<void>;
}

/** ServerCommand says what to run, and where its words go. */
export interface ServerCommand {
  /** What to call it in a message. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly logFile: string;
}

const stopMaxMs = 10_000;
const startMaxMs = 60_000;
/** As much of its log as helps when it does not start. */
const logTailBytes = 3000;

/** startServer runs a server, and resolves when it answers. */
export async function startServer(what: ServerCommand, answers: () => Promise<boolean>): Promise<ServerProcess> {
  const server = spawnServer(what);
  const deadline = performance.now() + startMaxMs;
  while (!(await answers())) {
    const late = performance.now() > deadline;
    if (!late && server.running()) {
      await sleep(50);
      continue;
    }
    await server.kill();
    throw new Error(
      `${what.name} did not start${late ? ` within ${startMaxMs / 1000} s` : ""}:\n${tailOf(what.logFile)}`,
    );
  }
  return server;
}

/** spawnServer runs a server without waiting for it. */
export function spawnServer({ name, command, args, env, folder, logFile }: ServerCommand): ServerProcess {
  const log = openSync(logFile, "a");
  const [program = command, ...rest] = dyingWithUs([command, ...args]);
  // A session of its own: Ctrl-C in the terminal is for us, who then stop it in order.
  const child = spawn(program, rest, { env, cwd: folder, stdio: ["ignore", log, log], detached: true });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be run: ${command}`);
  // A program that cannot be run is told by its exit, which comes too.
  child.on("error", () => {});
  if (children.size === 0) process.off("exit", killAll).once("exit", killAll);
  children.add(child);
  child.once("exit", () => children.delete(child));
  const running = () => child.exitCode === null && child.signalCode === null;

  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);

  return {
    pid,
    running,
    ended,
    signal: (signal) => void child.kill(signal),
    kill: () => end(child, "SIGKILL"),
    async stop() {
      const late = setTimeout(() => child.kill("SIGKILL"), stopMaxMs);
      // A process that is stopped hears nothing.
      child.kill("SIGCONT");
      await end(child, "SIGTERM");
      clearTimeout(late);
    },
  };
}

/** Where the system cannot tie them to us, they still do not outlive an ordinary end of this process. */
const children = new Set<ChildProcess>();

function killAll(): void {
  for (const child of children) child.kill("SIGKILL");
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
}

/** Linux can tie a process to the one that started it, so that it ends even when that one is killed. */
function dyingWithUs(command: readonly string[]): readonly string[] {
  return existsSync(setpriv) ? [setpriv, "--pdeathsig", "KILL", ...command] : command;
}

const setpriv = "/usr/bin/setpriv";

function tailOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8").slice(-logTailBytes) : "(it wrote no log)";
}
