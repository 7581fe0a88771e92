import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Env } from "@gittix/common/config";
import { openQueries } from "@gittix/local/servers/databases";
import { startRealMesh, type RealMesh } from "@gittix/local/real/mesh";
import type { Replicas } from "@gittix/local/real/options";
import { serviceNames } from "@gittix/local/service-table";
import { freePorts } from "./free-ports.ts";
import { createPeopleAt, type People } from "./people.ts";
import type { RemoteBooks } from "./promises.ts";
import { moneyInFile } from "./provider-books.ts";
import { quickly } from "./world.ts";

/** RealWorld is a marketplace with a MariaDB, a RabbitMQ and processes of its own, for a suite that ends them. */
export interface RealWorld extends People, RemoteBooks {
  readonly mesh: RealMesh;
  stop(): Promise<void>;
}

/** startRealWorld starts one, in a folder of its own. It takes ten seconds. */
export async function startRealWorld(options: {
  readonly hold: string;
  readonly replicas?: Replicas;
  readonly settings?: Env;
  readonly keepsServers?: boolean;
}): Promise<RealWorld> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-real-"));
  const edgePort = await fivePortsAfter();
  const mesh = await startRealMesh({
    folder,
    host: "127.0.0.1",
    edgePort,
    webFolder: "/nowhere",
    hold: options.hold,
    replicas: options.replicas ?? {},
    settings: { ...quickly, ...options.settings },
    keepsServers: options.keepsServers ?? true,
    say: () => {},
  });
  const people = createPeopleAt((service) => mesh.layout.target(service), mesh.secrets);
  const databases = new Map(serviceNames.map((service) => [service, openQueries(mesh.servers.databaseUrl(service))]));

  return {
    ...people,
    mesh,
    rows: async (service, sql) => (await databases.get(service)?.query(sql)) ?? [],
    moneyByOrder: () => moneyInFile(join(folder, "sandbox.db")),
    async stop() {
      people.leave();
      await Promise.all([...databases.values()].map((database) => database.close()));
      await mesh.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** The services' ports follow the edge's. */
async function fivePortsAfter(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
