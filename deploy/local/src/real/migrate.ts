import { readFileSync } from "node:fs";
import { join } from "node:path";
import { spawnServer } from "../servers/server-process.ts";
import { serviceNames } from "../service-table.ts";
import { processOf } from "./mesh.ts";
import { openServers } from "./servers.ts";

/** migrateAll brings the tables of all services up to date, one service after the other, and does nothing else. */
export async function migrateAll(options: {
  readonly folder: string;
  readonly mysqlUrl: string | undefined;
  readonly say: (line: string) => void;
}): Promise<void> {
  // No broker is needed, so none is started: any URL stands for it.
  const servers = await openServers({
    folder: options.folder,
    mysqlUrl: options.mysqlUrl,
    rabbitmqUrl: "amqp://127.0.0.1",
  });
  try {
    for (const service of serviceNames) {
      const program = join(import.meta.dirname, "../../../../services", service, "src/main.ts");
      const settings = { DATABASE_URL: servers.databaseUrl(service) };
      const command = processOf(options.folder, `migrate-${service}`, program, settings, "--migrate-only");
      const code = await spawnServer(command).ended;
      if (code !== 0) {
        const words = readFileSync(command.logFile, "utf8").slice(-2000);
        throw new Error(`The tables of ${service} could not be brought up to date:\n${words}`);
      }
      options.say(`  ${service.padEnd(12)}up to date`);
    }
  } finally {
    await servers.stop();
  }
}
