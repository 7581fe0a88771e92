// A MariaDB and a RabbitMQ of one's own, for as long as this program runs: `node deploy/local/src/servers/main.ts
// FOLDER`. Prints their addresses as one line of JSON, and ends with its standard input or on a signal.
// Without a folder they keep nothing. What is not installed is left out, and named.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hasMariaDb, startMariaDb } from "./mariadb.ts";
import { hasRabbitMq, startRabbitMq } from "./rabbitmq.ts";

const kept = process.argv[2];
const folder = kept === undefined ? mkdtempSync(join(tmpdir(), "gittix-servers-")) : resolve(kept);
const roomFor = (name: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
};

try {
  const [mariadb, rabbitmq] = await Promise.all([
    hasMariaDb() ? startMariaDb({ folder: roomFor("mariadb"), durable: kept !== undefined }) : undefined,
    hasRabbitMq() ? startRabbitMq({ folder: roomFor("rabbitmq"), management: true }) : undefined,
  ]);
  const missing = [...(mariadb ? [] : ["MariaDB"]), ...(rabbitmq ? [] : ["RabbitMQ"])];
  const addresses = {
    mysqlUrl: mariadb?.url,
    rabbitmqUrl: rabbitmq?.url,
    rabbitmqManagementUrl: rabbitmq?.managementUrl,
  };
  process.stdout.write(`${JSON.stringify({ ...addresses, missing })}\n`);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const running = [mariadb, rabbitmq].filter((server) => server !== undefined);
    // What nobody keeps needs no good-bye.
    await Promise.all(running.map((server) => (kept === undefined ? server.end() : server.stop())));
    if (kept === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(0);
  };
  process.stdin.resume().once("end", () => void stop());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => void stop());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (kept === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit(1);
}
