import { join } from "node:path";
import { createLog } from "@gittix/common/log";
import { startMesh } from "@gittix/local/mesh";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { readOptions } from "@gittix/local/options";
import { quickly } from "./world.ts";

// The mesh as a process of its own, like deploy/local/src/main.ts and with the same options, but with nets under
// crashes that take seconds instead of minutes: a test that waits a minute for each is not run.
const options = readOptions(process.argv.slice(2));
if (!options) throw new Error("no options");
const ports = serviceNames.map((name, index): [ServiceName, number] => [name, options.port + 1 + index]);

const mesh = await startMesh({
  folder: options.data,
  host: "127.0.0.1",
  edgePort: options.port,
  grpcPorts: Object.fromEntries(ports) as Record<ServiceName, number>,
  webFolder: join(import.meta.dirname, "../../web/dist"),
  hold: options.hold,
  log: createLog(undefined, "silent"),
  settings: { ...quickly, LOCK_UNSETTLED_AFTER: "2s", CHARGE_UNSETTLED_AFTER: "1s" },
});
process.once("SIGINT", () => void mesh.stop().then(() => process.exit(0)));
process.stdout.write(`GitTix is ready at ${mesh.edgeUrl}\n`);
