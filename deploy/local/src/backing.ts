import { join } from "node:path";
import type { EventBus } from "@gittix/common/bus/bus";
import { openEmbeddedBus } from "@gittix/common/bus/embedded";
import { openRabbitBus } from "@gittix/common/bus/rabbitmq";
import type { Logger } from "@gittix/common/log";
import { serviceNames, type ServiceName } from "./service-table.ts";

/** Backing is what the services of a mesh stand on: a database each, and a bus between them. */
export interface Backing {
  databaseUrl(service: ServiceName): string;
  openBuses(log: Logger): Promise<Buses>;
}

/** Buses are the buses of all services, and one for whoever looks at the mesh. */
export interface Buses {
  of(user: BusUser): EventBus;
  close(): Promise<void>;
}

export type BusUser = ServiceName | "mesh";

/** inFiles keeps everything in one folder: SQLite, and one embedded bus that all share. */
export function inFiles(folder: string): Backing {
  return {
    databaseUrl: (service) => `sqlite:${join(folder, `${service}.db`)}`,
    async openBuses(log) {
      const bus = await openEmbeddedBus({ file: join(folder, "bus.db"), log });
      return { of: () => bus, close: () => bus.close() };
    },
  };
}

/** onServers keeps everything on MySQL and RabbitMQ, with connections of each service's own. */
export function onServers(servers: {
  readonly databaseUrl: (service: ServiceName) => string;
  readonly rabbitmqUrl: string;
}): Backing {
  return {
    databaseUrl: servers.databaseUrl,
    async openBuses(log) {
      const open = (name: BusUser) => openRabbitBus({ url: servers.rabbitmqUrl, name, log });
      const users: readonly BusUser[] = [...serviceNames, "mesh"];
      const buses = new Map(await Promise.all(users.map(async (name) => [name, await open(name)] as const)));
      return {
        of(user) {
          const bus = buses.get(user);
          if (!bus) throw new Error(`${user} has no bus`);
          return bus;
        },
        close: async () => void (await Promise.all([...buses.values()].map((bus) => bus.close()))),
      };
    },
  };
}
