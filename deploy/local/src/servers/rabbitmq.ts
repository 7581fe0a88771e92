import { execFile } from "node:child_process";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { findProgram, notInstalled } from "./binaries.ts";
import { freePorts } from "./free-ports.ts";
import { ownPassword } from "./own-password.ts";
import { configureRabbitMq, type RabbitPorts } from "./rabbitmq-settings.ts";
import { spawnServer, startServer, type ServerProcess } from "./server-process.ts";

/** RabbitMq is a broker of one's own, on the loopback address. */
export interface RabbitMq {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the present process has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  /** The management API, where it was asked for. */
  readonly managementUrl: string | undefined;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Kills it if need be, and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Runs a command of rabbitmqctl. */
  control(...command: readonly string[]): Promise<string>;
  /** Lets it end in order. */
  stop(): Promise<void>;
  /** Ends it at once, for good. */
  end(): Promise<void>;
}

/** hasRabbitMq tells whether the broker is on this machine. */
export function hasRabbitMq(): boolean {
  return findProgram("rabbitmq-server") !== undefined;
}

/** startRabbitMq starts a broker on a data folder, which is made at the first start. It resolves when it answers. */
export async function startRabbitMq(options: {
  readonly folder: string;
  readonly port?: number;
  /** Opens the management API too: 40 MB more, and a second or two. */
  readonly management: boolean;
}): Promise<RabbitMq> {
  const { folder, management } = options;
  const server = findProgram("rabbitmq-server");
  if (!server)
    throw notInstalled("RabbitMQ", "RABBITMQ_URL", {
      apt: "rabbitmq-server",
      brew: "rabbitmq",
      dnf: "rabbitmq-server",
    });
  const ports = await choosePorts(options);
  const password = ownPassword(folder);
  const env = await configureRabbitMq(folder, ports, password);
  const logFile = join(folder, "rabbitmq.log");

  // The broker would start this name service by itself, as a daemon that outlives everything.
  const epmd = findProgram("epmd");
  const names = epmd
    ? spawnServer({
        name: "epmd",
        command: epmd,
        args: ["-port", String(ports.epmd), "-address", "127.0.0.1"],
        env,
        folder,
        logFile,
      })
    : undefined;
  const boot = (): Promise<ServerProcess> =>
    startServer({ name: "RabbitMQ", command: server, args: [], env, folder, logFile }, () => speaksAmqp(ports.amqp));
  let running = await boot().catch(async (error: unknown) => {
    await names?.kill();
    throw error;
  });

  return {
    url: `amqp://gittix:${password}@127.0.0.1:${ports.amqp}`,
    port: ports.amqp,
    get pid() {
      return running.pid;
    },
    get ended() {
      return running.ended;
    },
    managementUrl: management ? `http://gittix:${password}@127.0.0.1:${ports.management}` : undefined,
    signal: (name) => running.signal(name),
    kill: () => running.kill(),
    async restart() {
      await running.kill();
      running = await boot();
    },
    async control(...command) {
      const program = findProgram("rabbitmqctl") ?? "rabbitmqctl";
      return (await promisify(execFile)(program, ["--quiet", ...command], { env })).stdout;
    },
    async stop() {
      await running.stop();
      await names?.kill();
    },
    async end() {
      await running.kill();
      await names?.kill();
    },
  };
}

async function choosePorts({ port, management }: { port?: number; management: boolean }): Promise<RabbitPorts> {
  const [amqp = 0, distribution = 0, epmd = 0, http = 0] = await freePorts(4);
  return { amqp: port ?? amqp, distribution, epmd, management: management ? http : undefined };
}

/** Whether something speaks AMQP on the port: it answers the protocol's header. */
function speaksAmqp(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1", () => socket.write("AMQP\x00\x00\x09\x01"));
  socket.setTimeout(1000, () => resolve(false));
  socket.once("data", () => resolve(true));
  socket.once("error", () => resolve(false));
  socket.once("close", () => resolve(false));
  return promise.finally(() => socket.destroy());
}
