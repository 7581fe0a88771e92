import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, type Logger } from "@gittix/common/log";
import type { Env } from "@gittix/common/config";
import { attemptsMax } from "@gittix/common/service";
import { startMesh, type Mesh, type MeshOptions } from "@gittix/local/mesh";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import type { Row } from "./databases.ts";
import { freePorts } from "./free-ports.ts";
import { groundKind, makeGround, type GroundKind } from "./ground.ts";
import { createPeople, type People, type Person } from "./people.ts";

/** World is a marketplace of its own for one suite, with people in it. */
export interface World extends People {
  readonly mesh: Mesh;
  /** Reads a service's database, and not the service. */
  rows(service: ServiceName, sql: string): Promise<Row[]>;
  /** Changes a service's database behind its back: how a test takes a guard away. */
  execute(service: ServiceName, sql: string): Promise<void>;
  dropIndex(service: ServiceName, table: string, index: string): Promise<void>;
  /** Stops the mesh and starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** WorldOptions say what is special about a suite's marketplace. */
export interface WorldOptions extends Pick<MeshOptions, "parts" | "wrapBus"> {
  /** The hold window; the default is long enough never to pass. */
  readonly hold?: string;
  /** Files or servers; otherwise what this run of the tests is for. */
  readonly on?: GroundKind;
  readonly settings?: Env;
  readonly log?: Logger;
}

/** quickly is what makes a test quick without changing what it shows. */
export const quickly: Env = {
  BCRYPT_COST: "4",
  SWEEP_EVERY: "200ms",
  LOCK_RECONCILE_EVERY: "200ms",
  CHARGE_SETTLE_EVERY: "50ms",
  CHARGE_SETTLE_BACKOFF: "50ms",
};

/** startWorld starts a marketplace in a folder of its own; on servers, with databases and a virtual host of its own. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-world-"));
  const ground = await makeGround(options.on ?? groundKind(), folder);
  const ports = await freePorts(serviceNames.length);
  const grpcPorts = Object.fromEntries(serviceNames.map((name, index) => [name, ports[index] ?? 0]));
  const start = () =>
    startMesh({
      folder,
      backing: ground.backing,
      host: "127.0.0.1",
      edgePort: 0,
      grpcPorts: grpcPorts as Record<ServiceName, number>,
      webFolder: join(import.meta.dirname, "../../web/dist"),
      hold: options.hold ?? "15m",
      log: options.log ?? createLog(undefined, process.env["LOG_LEVEL"] ?? "silent"),
      settings: { ...quickly, ...options.settings },
      ...(options.parts ? { parts: options.parts } : {}),
      ...(options.wrapBus ? { wrapBus: options.wrapBus } : {}),
    });
  let mesh = await start();
  if (ground.kind === "servers") await knowQueues(mesh);
  const people = createPeople("127.0.0.1", grpcPorts as Record<ServiceName, number>, mesh.secrets);

  return {
    ...people,
    get mesh() {
      return mesh;
    },
    rows: ground.rows,
    execute: ground.execute,
    dropIndex: ground.dropIndex,
    async restart() {
      await mesh.stop();
      mesh = await start();
      if (ground.kind === "servers") await knowQueues(mesh);
    },
    async stop() {
      people.leave();
      await mesh.stop();
      await ground.clear();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Where each service has a bus of its own, the test's own does not know their queues yet; binds them to nothing. */
async function knowQueues({ bus, services }: Mesh): Promise<void> {
  const consuming = services.filter(({ name }) => name !== "auth");
  const queues = consuming.map(({ name }) => ({
    name: `${name}.events`,
    types: [],
    attemptsMax,
    parkedName: `${name}.parked`,
  }));
  await bus.declare({ queues, waits: [] });
}

export type { Person };
