import { rm } from "node:fs/promises";
import { join } from "node:path";
import { inFiles, onServers, type Backing } from "@gittix/local/backing";
import { dropDatabase, ensureDatabase, openQueries } from "@gittix/local/servers/databases";
import { randomPassword } from "@gittix/local/servers/own-password";
import { dropVhost, ensureVhost } from "@gittix/local/servers/vhosts";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { execute, readRows, type Row } from "./databases.ts";

/** Ground is what a world stands on, and the way to look at it and change it behind the services' backs. */
export interface Ground {
  readonly kind: "files" | "servers";
  readonly backing: Backing;
  rows(service: ServiceName, sql: string): Promise<Row[]>;
  execute(service: ServiceName, sql: string): Promise<void>;
  dropIndex(service: ServiceName, table: string, index: string): Promise<void>;
  /** Removes everything. */
  clear(): Promise<void>;
}

/** GroundKind is chosen by `npm test`: the same tests run on both. */
export type GroundKind = Ground["kind"];

/** groundKind is the kind that this run of the tests is for. */
export function groundKind(): GroundKind {
  return process.env["GITTIX_TEST_WORLD"] === "servers" ? "servers" : "files";
}

/** makeGround makes an empty one; `folder` is the world's own. */
export function makeGround(kind: GroundKind, folder: string): Promise<Ground> {
  return kind === "files" ? Promise.resolve(groundOfFiles(folder)) : groundOnServers();
}

function groundOfFiles(folder: string): Ground {
  const fileOf = (service: ServiceName) => join(folder, `${service}.db`);
  return {
    kind: "files",
    backing: inFiles(folder),
    rows: async (service, sql) => readRows(fileOf(service), sql),
    execute: async (service, sql) => execute(fileOf(service), sql),
    dropIndex: async (service, _, index) => execute(fileOf(service), `DROP INDEX ${index}`),
    clear: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A database for each service and a virtual host, on the servers that `npm test` has started for all suites. */
async function groundOnServers(): Promise<Ground> {
  const [mysql, rabbitmq, management] = [
    variable("GITTIX_TEST_MYSQL_URL"),
    variable("GITTIX_TEST_RABBITMQ_URL"),
    variable("GITTIX_TEST_RABBITMQ_MANAGEMENT_URL"),
  ];
  const name = `gittix_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
  const nameOf = (service: ServiceName) => `${name}_${service}`.slice(0, 64);
  const password = randomPassword();
  const urls = new Map<ServiceName, string>();
  for (const service of serviceNames) {
    urls.set(service, await ensureDatabase(mysql, { name: nameOf(service), password }));
  }
  const databaseUrl = (service: ServiceName) => urls.get(service) ?? "";
  const databases = new Map(serviceNames.map((service) => [service, openQueries(databaseUrl(service))]));
  const ask = (service: ServiceName, sql: string) => databases.get(service)?.query(sql) ?? Promise.resolve([]);
  const rabbitmqUrl = await ensureVhost({ url: rabbitmq, managementUrl: management, name });

  return {
    kind: "servers",
    backing: onServers({ databaseUrl, rabbitmqUrl }),
    rows: ask,
    execute: async (service, sql) => void (await ask(service, sql)),
    dropIndex: async (service, table, index) => void (await ask(service, `DROP INDEX ${index} ON ${table}`)),
    async clear() {
      await Promise.all([...databases.values()].map((database) => database.close()));
      for (const service of serviceNames) await dropDatabase(mysql, nameOf(service));
      await dropVhost({ managementUrl: management, name });
    },
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is missing: run the tests with npm test, or start deploy/local/src/servers/main.ts`);
  return value;
}
