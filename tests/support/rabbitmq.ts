import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { freePorts } from "./free-ports.ts";

/** RabbitMq is a broker of one's own, on free loopback ports and in a folder that goes with it. */
export interface RabbitMq {
  readonly url: string;
  readonly port: number;
  /** Ends the broker as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Freezes it, so that connections stand but nothing answers; `SIGCONT` thaws it. */
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Runs a command of rabbitmqctl. */
  control(...command: readonly string[]): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** The broker itself, not the wrapper in sbin, which changes user and folder. */
const binary = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const controlBinary = "/usr/lib/rabbitmq/bin/rabbitmqctl";

/** hasRabbitMq tells whether the broker is installed on this computer. */
export function hasRabbitMq(): boolean {
  return existsSync(binary);
}

/** startRabbitMq starts a broker and resolves when it takes connections. */
export async function startRabbitMq(): Promise<RabbitMq> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-rabbitmq-"));
  const [amqp = 0, dist = 0, epmd = 0] = await freePorts(3);
  const ports = { amqp, dist, epmd };
  const env = await prepare(folder, ports);
  let broker = await boot(folder, env, ports.amqp);

  async function kill(): Promise<void> {
    if (broker.exitCode !== null || broker.signalCode !== null) return;
    const exit = once(broker, "exit");
    broker.kill("SIGKILL");
    await exit;
  }

  return {
    url: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    port: ports.amqp,
    kill,
    async restart() {
      await kill();
      broker = await boot(folder, env, ports.amqp);
    },
    signal: (name) => void broker.kill(name),
    async control(...command) {
      await promisify(execFile)(controlBinary, ["--quiet", ...command], { env });
    },
    async stop() {
      // A private broker has nothing to keep, so there is no need to let it say good-bye.
      await kill();
      // epmd is a daemon of its own, on a port of its own, and outlives the broker.
      await promisify(execFile)("epmd", ["-port", String(ports.epmd), "-kill"], { env }).catch(() => {});
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Ports {
  readonly amqp: number;
  readonly dist: number;
  readonly epmd: number;
}

/** Writes the broker's configuration, and gives the environment that makes it look nowhere else. */
async function prepare(folder: string, ports: Ports): Promise<NodeJS.ProcessEnv> {
  const inFolder = (name: string) => join(folder, name);
  await mkdir(inFolder("mnesia"));
  await writeFile(inFolder(".erlang.cookie"), "gittix-test", { mode: 0o400 });
  await writeFile(inFolder("enabled_plugins"), "[].\n");
  await writeFile(
    inFolder("rabbitmq.conf"),
    [`listeners.tcp.1 = 127.0.0.1:${ports.amqp}`, "disk_free_limit.absolute = 50MB", "log.console = false", ""].join("\n"),
  );
  // With the defaults a dead letter that is not confirmed is sent again after three minutes only.
  await writeFile(
    inFolder("advanced.config"),
    "[{rabbit, [{dead_letter_worker_consumer_prefetch, 512}, {dead_letter_worker_publisher_confirm_timeout, 5000}]}].\n",
  );
  return {
    PATH: process.env.PATH,
    HOME: folder,
    LANG: "C.UTF-8",
    // Makes the child the broker itself; otherwise a shell stays in between and hides its end.
    RUNNING_UNDER_SYSTEMD: "1",
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    RABBITMQ_NODENAME: `gittix-${ports.amqp}@localhost`,
    RABBITMQ_DIST_PORT: String(ports.dist),
    RABBITMQ_MNESIA_BASE: inFolder("mnesia"),
    RABBITMQ_LOG_BASE: inFolder("log"),
    RABBITMQ_PID_FILE: inFolder("pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder("enabled_plugins"),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: inFolder("rabbitmq.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: inFolder("advanced.config"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
}

async function boot(folder: string, env: NodeJS.ProcessEnv, port: number): Promise<ChildProcess> {
  // pdeathsig: the broker dies with the test run, however that ends.
  const broker = spawn("setpriv", ["--pdeathsig", "KILL", binary], { env, cwd: folder, stdio: "ignore" });
  const deadline = performance.now() + bootMaxMs;
  while (!(await answers(port))) {
    if (broker.exitCode !== null) throw new Error(`RabbitMQ did not start:\n${await logOf(folder)}`);
    if (performance.now() > deadline) {
      broker.kill("SIGKILL");
      throw new Error(`RabbitMQ did not start within ${bootMaxMs} ms:\n${await logOf(folder)}`);
    }
    await sleep(100);
  }
  return broker;
}

const bootMaxMs = 60_000;

/** Whether something speaks AMQP on the port: it answers the protocol's header. */
function answers(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1", () => socket.write("AMQP\x00\x00\x09\x01"));
  socket.setTimeout(1_000, () => resolve(false));
  socket.once("data", () => resolve(true));
  socket.once("error", () => resolve(false));
  socket.once("close", () => resolve(false));
  return promise.finally(() => socket.destroy());
}

async function logOf(folder: string): Promise<string> {
  const name = (await readFile(join(folder, "rabbitmq.conf"), "utf8")).match(/:(\d+)/)?.[1];
  const path = join(folder, "log", `gittix-${name}@localhost.log`);
  return existsSync(path) ? (await readFile(path, "utf8")).slice(-4_000) : "(no log)";
}
