import type { Env } from "@gittix/common/config";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { createPool, type Pool, type RowDataPacket } from "mysql2/promise";
import { startHelper } from "./helper.ts";

/** MarketSetup says what is special about a marketplace. */
export interface MarketSetup {
  readonly folder: string;
  readonly host: string;
  readonly hold: string;
  readonly settings: Env;
}

/** ServicePlace is where a service runs. */
export interface ServicePlace {
  readonly name: ServiceName;
  readonly grpc: string;
  readonly http: string;
  readonly pid: number;
  readonly databaseUrl: string;
}

/** MarketPlaces is where everything runs. */
export interface MarketPlaces {
  readonly edgeUrl: string;
  readonly services: readonly ServicePlace[];
}

/** Market is a marketplace on servers of its own, in processes beside this one. */
export interface Market {
  readonly edgeUrl: string;
  readonly services: readonly ServicePlace[];
  of(service: ServiceName): ServicePlace;
  /** A way into a service's database behind its back: to seed and to count. */
  pool(service: ServiceName): Pool;
  rows(service: ServiceName, sql: string): Promise<RowDataPacket[]>;
  stop(): Promise<void>;
}

/** startMarket starts one; a folder that was used before is used on. */
export async function startMarket(setup: MarketSetup): Promise<Market> {
  const helper = await startHelper<MarketPlaces>("market-program.ts", setup);
  const { edgeUrl, services } = helper.ready;
  const of = (name: ServiceName) => {
    const place = services.find((service) => service.name === name);
    if (!place) throw new Error(`${name} does not run`);
    return place;
  };
  const pools = new Map(
    serviceNames.map((name) => [name, createPool({ uri: of(name).databaseUrl, connectionLimit: 4, timezone: "Z" })]),
  );
  const pool = (service: ServiceName) => {
    const found = pools.get(service);
    if (!found) throw new Error(`${service} has no database`);
    return found;
  };
  return {
    edgeUrl,
    services,
    of,
    pool,
    rows: async (service, sql) => (await pool(service).query<RowDataPacket[]>(sql))[0],
    async stop() {
      for (const each of pools.values()) await each.end();
      await helper.end();
    },
  };
}
