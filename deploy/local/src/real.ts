import { join } from "node:path";
import { claimDataFolder, openDataFolder } from "./data-folder.ts";
import { demoPassword, seedDemo } from "./demo.ts";
import { UsageError } from "./options.ts";
import { migrateAll } from "./real/migrate.ts";
import { startRealMesh, type RealMesh } from "./real/mesh.ts";
import { readRealOptions, usage, type RealOptions } from "./real/options.ts";

const host = "127.0.0.1";
const webFolder = join(import.meta.dirname, "../../../web/dist");

const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const options = readRealOptions(process.argv.slice(2));
  if (!options) say(usage);
  else if (options.migrateOnly) await migrate(options);
  else await start(options);
} catch (error) {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(1);
}

async function migrate({ data }: RealOptions): Promise<void> {
  await migrateAll({ folder: claimDataFolder(openDataFolder(data)), mysqlUrl: serverUrl("MYSQL_URL", "mysql"), say });
}

async function start(options: RealOptions): Promise<void> {
  const beganAt = performance.now();
  const folder = claimDataFolder(openDataFolder(options.data));
  const [mysqlUrl, rabbitmqUrl] = [serverUrl("MYSQL_URL", "mysql"), serverUrl("RABBITMQ_URL", "amqp")];
  const { port: edgePort, hold, replicas } = options;
  const starting = startRealMesh({
    folder,
    host,
    edgePort,
    webFolder,
    hold,
    replicas,
    mysqlUrl,
    rabbitmqUrl,
    stripe: stripeKeys(),
    say,
  });
  stopOnSignal(starting);
  const mesh = await starting;
  const demoUsers = options.demo ? await seedDemo((service) => mesh.layout.target(service)) : [];

  describe(mesh);
  say(`  ${"data".padEnd(12)}${folder} (logs: NAME.log, operator: secrets.json)`);
  if (demoUsers.length > 0) say(`  ${"demo".padEnd(12)}sign in as ${demoUsers.join(" or ")}, password ${demoPassword}`);
  say(
    `\nGitTix is ready at ${mesh.edgeUrl} (${((performance.now() - beganAt) / 1000).toFixed(1)} s). Ctrl-C stops it.`,
  );
}

function describe({ servers, layout, processes }: RealMesh): void {
  const { mariadb, rabbitmq } = servers;
  say(`  ${"MariaDB".padEnd(12)}${mariadb ? `${host}:${mariadb.port}, pid ${mariadb.pid}` : "the one of MYSQL_URL"}`);
  say(
    `  ${"RabbitMQ".padEnd(12)}${rabbitmq ? `${host}:${rabbitmq.port}, pid ${rabbitmq.pid}` : "the one of RABBITMQ_URL"}`,
  );
  for (const { name, grpcPort } of layout.places) {
    say(`  ${name.padEnd(12)}gRPC ${host}:${grpcPort}, pid ${processes.get(name)?.pid}`);
  }
  const sandbox = processes.get("sandbox");
  if (sandbox) say(`  ${"sandbox".padEnd(12)}Stripe's API http://${host}:${layout.sandboxPort}, pid ${sandbox.pid}`);
}

/** The address of a server to use in the place of a private one. */
function serverUrl(variable: string, scheme: string): string | undefined {
  const value = process.env[variable]?.trim();
  if (!value) return undefined;
  const { protocol } = URL.parse(value) ?? {};
  if (protocol === `${scheme}:` || protocol === `${scheme}s:`) return value;
  throw new UsageError(`${variable} must be an address such as ${scheme}://user:password@host:port.`);
}

/** Stripe's own keys, where they are set. */
function stripeKeys() {
  const { STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET } = process.env;
  return STRIPE_SECRET_KEY ? { STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET } : undefined;
}

/** What hangs is ended with this process, at the second Ctrl-C at the latest. */
function stopOnSignal(starting: Promise<RealMesh>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    say("\nStopping …");
    void starting
      .then((mesh) => mesh.stop())
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

function sentence(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    const port = "port" in error ? String(error.port) : "that it needs";
    return `The port ${port} is taken by another program. Choose another with --port N.`;
  }
  return error instanceof Error ? error.message : String(error);
}
