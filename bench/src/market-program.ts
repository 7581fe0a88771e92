import { startRealMesh } from "@gittix/local/real/mesh";
import { freePortRange } from "@gittix/local/servers/free-ports";
import { serviceNames } from "@gittix/local/service-table";
import { beHelper } from "./helper.ts";
import type { MarketPlaces, MarketSetup } from "./market.ts";

// The marketplace as it runs in earnest: servers, a process for each service, and the edge in this one.
beHelper(async ({ folder, host, hold, settings }: MarketSetup) => {
  const edgePort = await freePortRange(1 + serviceNames.length);
  const mesh = await startRealMesh({
    folder,
    host,
    edgePort,
    hold,
    settings,
    webFolder: "",
    replicas: {},
    say: (line) => process.stderr.write(`${line}\n`),
  });
  const places: MarketPlaces = {
    edgeUrl: `http://${host}:${edgePort}`,
    services: mesh.layout.places.map(({ service, grpcPort, httpPort }) => ({
      name: service,
      grpc: `${host}:${grpcPort}`,
      http: `http://${host}:${httpPort}`,
      pid: mesh.processes.get(service)?.pid ?? 0,
      databaseUrl: mesh.servers.databaseUrl(service),
    })),
  };
  return { ready: places, close: () => mesh.stop() };
});
