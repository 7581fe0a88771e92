import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDatabase } from "../servers/databases.ts";
import { startMariaDb, type MariaDb } from "../servers/mariadb.ts";
import { randomPassword } from "../servers/own-password.ts";
import { startRabbitMq, type RabbitMq } from "../servers/rabbitmq.ts";
import { serviceNames, type ServiceName } from "../service-table.ts";

/** Servers are the database server and the broker of a mesh: private ones, or those that were named. */
export interface Servers {
  readonly mariadb: MariaDb | undefined;
  readonly rabbitmq: RabbitMq | undefined;
  readonly rabbitmqUrl: string;
  databaseUrl(service: ServiceName): string;
  stop(): Promise<void>;
}

/** openServers starts what was not named, and makes a database for each service with a user of its own. */
export async function openServers(options: {
  readonly folder: string;
  readonly mysqlUrl: string | undefined;
  readonly rabbitmqUrl: string | undefined;
  /** Hears of a private server that has ended by itself, and is started again; without it nobody starts it again. */
  readonly say?: ((line: string) => void) | undefined;
}): Promise<Servers> {
  const { folder, say } = options;
  const stopping = new AbortController();
  const opening: readonly [Promise<MariaDb | undefined>, Promise<RabbitMq | undefined>] = [
    options.mysqlUrl === undefined ? startMariaDb({ folder: roomFor(folder, "mariadb"), durable: true }) : nothing,
    options.rabbitmqUrl === undefined
      ? startRabbitMq({ folder: roomFor(folder, "rabbitmq"), management: false })
      : nothing,
  ];
  // Both are waited for even if one fails, so that the other can be stopped.
  await Promise.allSettled(opening);
  const stop = async () => {
    stopping.abort();
    const running = (await Promise.allSettled(opening)).flatMap((each) =>
      each.status === "fulfilled" && each.value ? [each.value] : [],
    );
    await Promise.all(running.map((server) => server.stop()));
  };
  try {
    const [mariadb, rabbitmq] = [await opening[0], await opening[1]];
    for (const [name, server] of [
      ["MariaDB", mariadb],
      ["RabbitMQ", rabbitmq],
    ] as const) {
      if (server && say) void keepServer(name, server, stopping.signal, say);
    }
    const urls = await ensureDatabases(options.mysqlUrl ?? mariadb?.url ?? "", join(folder, "databases.json"));
    return {
      mariadb,
      rabbitmq,
      rabbitmqUrl: options.rabbitmqUrl ?? rabbitmq?.url ?? "",
      databaseUrl: (service) => urls.get(service) ?? "",
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A server that does not start again leaves its services to wait, which they can; it is tried again and again. */
async function keepServer(
  name: string,
  server: MariaDb | RabbitMq,
  stopping: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  for (;;) {
    await server.ended;
    if (stopping.aborted) return;
    say(`  ${name} has ended by itself and starts again`);
    await sleep(restartAfterMs, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return;
    await server.restart().catch((error: unknown) => say(`  ${name}: ${String(error)}`));
  }
}

const restartAfterMs = 500;
const nothing = Promise.resolve(undefined);

async function ensureDatabases(serverUrl: string, passwordFile: string): Promise<ReadonlyMap<ServiceName, string>> {
  const passwords = openPasswords(passwordFile);
  const urls = new Map<ServiceName, string>();
  for (const service of serviceNames) {
    urls.set(service, await ensureDatabase(serverUrl, { name: `gittix_${service}`, password: passwords[service] }));
  }
  return urls;
}

/** The passwords of the services' database users: made at the first start. Only the owner may read them. */
function openPasswords(file: string): Readonly<Record<ServiceName, string>> {
  if (!existsSync(file)) {
    const made = Object.fromEntries(serviceNames.map((service) => [service, randomPassword()]));
    writeFileSync(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, "utf8"));
}

function roomFor(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}
