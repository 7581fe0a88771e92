import { freePorts } from "../servers/free-ports.ts";
import { serviceNames, type ServiceName } from "../service-table.ts";
import type { Replicas } from "./options.ts";

/** Place is where one instance of a service runs; it keeps its ports over restarts. */
export interface Place {
  /** `orders`, `orders-2` and so on. */
  readonly name: string;
  readonly service: ServiceName;
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** Layout is where everything runs. */
export interface Layout {
  readonly places: readonly Place[];
  readonly sandboxPort: number;
  of(service: ServiceName): readonly Place[];
  /** What a gRPC client dials: all instances, so that it goes round them. */
  target(service: ServiceName): string;
}

/** makeLayout gives the first instance of each service the ports after the edge's, which operators know, and all else free ones. */
export async function makeLayout(host: string, edgePort: number, replicas: Replicas): Promise<Layout> {
  const instances = serviceNames.flatMap((service, index) =>
    Array.from({ length: replicas[service] ?? 1 }, (_, copy) => ({ service, index, copy })),
  );
  const free = await freePorts(2 * instances.length + 1);
  const next = () => free.pop() ?? 0;
  const places = instances.map(({ service, index, copy }): Place => ({
    service,
    name: copy === 0 ? service : `${service}-${copy + 1}`,
    grpcPort: copy === 0 ? edgePort + 1 + index : next(),
    httpPort: next(),
  }));
  const of = (service: ServiceName) => places.filter((place) => place.service === service);
  return {
    places,
    sandboxPort: next(),
    of,
    target: (service) =>
      `ipv4:${of(service)
        .map(({ grpcPort }) => `${host}:${grpcPort}`)
        .join(",")}`,
  };
}
