import { openSync } from "node:fs";
import { join } from "node:path";
import { createLog } from "@gittix/common/log";
import { pino } from "pino";
import { logFile, openDataFolder } from "./data-folder.ts";
import { demoPassword, seedDemo } from "./demo.ts";
import { startMesh, type Mesh } from "./mesh.ts";
import { readOptions, usage, UsageError, type Options } from "./options.ts";
import { serviceNames, type ServiceName } from "./service-table.ts";

const host = "127.0.0.1";
const webFolder = join(import.meta.dirname, "../../../web/dist");
/** A stop that takes longer is cut short: what matters is committed already. */
const stopMaxMs = 10_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await start(options);
  else say(usage);
} catch (error) {
  process.stderr.write(`${sentence(error)}\n`);
  process.exit(1);
}

async function start(options: Options): Promise<void> {
  const beganAt = performance.now();
  const folder = openDataFolder(options.data);
  const file = logFile(folder);
  // Opened here, so that a start that fails at once can still write its last lines.
  const destination = pino.destination({ dest: openSync(file, "a", 0o600), sync: false });
  const log = createLog(undefined, process.env["LOG_LEVEL"] ?? "info", destination);
  const grpcPorts = portsAfter(options.port);
  const mesh = await startMesh({
    folder,
    host,
    edgePort: options.port,
    grpcPorts,
    webFolder,
    hold: options.hold,
    log,
  });
  stopOnSignal(mesh);
  const demoUsers = options.demo ? await seedDemo((service) => `${host}:${grpcPorts[service]}`) : [];

  for (const service of mesh.services) say(`  ${service.name.padEnd(12)}gRPC ${host}:${service.grpcPort}`);
  say(`  ${"sandbox".padEnd(12)}Stripe's API ${mesh.sandbox.url}`);
  say(`  ${"data".padEnd(12)}${folder} (log: ${file}, operator: secrets.json)`);
  if (demoUsers.length > 0) say(`  ${"demo".padEnd(12)}sign in as ${demoUsers.join(" or ")}, password ${demoPassword}`);
  say(
    `\nGitTix is ready at ${mesh.edgeUrl} (${((performance.now() - beganAt) / 1000).toFixed(1)} s). Ctrl-C stops it.`,
  );
}

function stopOnSignal(mesh: Mesh): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say("\nStopping …");
    setTimeout(() => process.exit(1), stopMaxMs).unref();
    void mesh.stop().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}

/** The services' gRPC ports follow the address to open: operators know them without being told. */
function portsAfter(port: number): Record<ServiceName, number> {
  const ports = serviceNames.map((name, index): [ServiceName, number] => [name, port + 1 + index]);
  return Object.fromEntries(ports) as Record<ServiceName, number>;
}

function sentence(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    const port = "port" in error ? String(error.port) : "that it needs";
    return `The port ${port} is taken by another program. Choose another with --port N.`;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes("is taken by another program")) return `${message} Choose another with --port N.`;
  if (message.includes("is in use by another process")) {
    return `${message} Stop the GitTix that works there, or choose another folder with --data DIR.`;
  }
  return message;
}
