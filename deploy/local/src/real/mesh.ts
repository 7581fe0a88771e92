import { join } from "node:path";
import type { Env } from "@gittix/common/config";
import { logFile } from "../data-folder.ts";
import { startEdge } from "../edge.ts";
import { nodeFlags } from "../node-flags.ts";
import { openSecrets, type Secrets } from "../secrets.ts";
import { publicPaths, serviceNames, type ServiceName } from "../service-table.ts";
import type { ServerCommand } from "../servers/server-process.ts";
import { environments } from "./environment.ts";
import { keepRunning, type KeptProcess } from "./keep-running.ts";
import { makeLayout, type Layout } from "./layout.ts";
import type { Replicas } from "./options.ts";
import { openServers, type Servers } from "./servers.ts";

/** RealMeshOptions say where a mesh on real servers keeps its data and where it listens. */
export interface RealMeshOptions {
  readonly folder: string;
  readonly host: string;
  readonly edgePort: number;
  readonly webFolder: string;
  readonly hold: string;
  readonly replicas: Replicas;
  readonly mysqlUrl?: string | undefined;
  readonly rabbitmqUrl?: string | undefined;
  /** Stripe's keys, in the place of the sandbox. */
  readonly stripe?: Env | undefined;
  /** Settings on top, for every service. */
  readonly settings?: Env;
  readonly say: (line: string) => void;
  /** Whether a private server that ends is started again by itself; a test that ends one may want to choose when. */
  readonly keepsServers?: boolean;
}

/** RealMesh is the marketplace with a process for each service. */
export interface RealMesh {
  readonly edgeUrl: string;
  readonly layout: Layout;
  readonly servers: Servers;
  readonly secrets: Secrets;
  /** By name: `orders`, `orders-2`, `sandbox`. */
  readonly processes: ReadonlyMap<string, KeptProcess>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "../../../..");
const programs = {
  service: (name: ServiceName) => join(root, "services", name, "src/main.ts"),
  sandbox: join(root, "deploy/sandbox/src/main.ts"),
};

/** startRealMesh starts servers, services, sandbox and edge, and keeps the processes running. */
export async function startRealMesh(options: RealMeshOptions): Promise<RealMesh> {
  const { folder, host, edgePort, say, settings = {} } = options;
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const layout = await makeLayout(host, edgePort, options.replicas);
    const secrets = openSecrets(folder);
    const { mysqlUrl, rabbitmqUrl, keepsServers = true } = options;
    const servers = await openServers({ folder, mysqlUrl, rabbitmqUrl, say: keepsServers ? say : undefined });
    closers.push(() => servers.stop());
    const env = await environments({
      host,
      hold: options.hold,
      layout,
      secrets,
      settings,
      databaseUrl: servers.databaseUrl,
      rabbitmqUrl: servers.rabbitmqUrl,
      sandboxFile: join(folder, "sandbox.db"),
      stripe: options.stripe,
    });

    const commands = layout.places.map((place): [ServerCommand, string] => [
      processOf(folder, place.name, programs.service(place.service), env.of(place)),
      `http://${host}:${place.httpPort}/healthz`,
    ]);
    const sandbox = processOf(folder, "sandbox", programs.sandbox, env.sandbox);
    if (!options.stripe) commands.unshift([sandbox, `http://${host}:${layout.sandboxPort}/`]);
    const processes = new Map<string, KeptProcess>();
    closers.push(() => Promise.all([...processes.values()].map((each) => each.stop())));
    const starting = commands.map(async ([command, url]) => {
      processes.set(command.name, await keepRunning(command, () => isFine(url), say));
    });
    await Promise.allSettled(starting);
    await Promise.all(starting);

    const routes = serviceNames.flatMap((name) =>
      publicPaths[name].map((prefix) => ({ prefix, ports: layout.of(name).map(({ httpPort }) => httpPort) })),
    );
    const edge = await startEdge({ host, port: edgePort, webFolder: options.webFolder, routes });
    closers.push(() => edge.stop());
    return { edgeUrl: `http://localhost:${edge.port}`, layout, servers, secrets, processes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** processOf runs a program of ours with nothing but its own settings; its log goes to a file of its own. */
export function processOf(
  folder: string,
  name: string,
  program: string,
  settings: Env,
  ...args: string[]
): ServerCommand {
  const { PATH, HOME, LOG_LEVEL, NODE_EXTRA_CA_CERTS } = process.env;
  return {
    name,
    command: process.execPath,
    args: [...nodeFlags, program, ...args],
    env: { PATH, HOME, LOG_LEVEL, NODE_EXTRA_CA_CERTS, TZ: "UTC", ...settings },
    folder: root,
    logFile: logFile(folder, name),
  };
}

/** Whether a door says that its service can do its work. */
async function isFine(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}
