import { parseArgs } from "node:util";
import { asUsageError, readPlace, UsageError } from "../options.ts";
import { serviceNames, type ServiceName } from "../service-table.ts";

/** RealOptions are what a person may say on the command line of `npm run start:real`. */
export interface RealOptions {
  readonly port: number;
  readonly data: string;
  readonly hold: string;
  readonly demo: boolean;
  readonly replicas: Replicas;
  readonly migrateOnly: boolean;
}

/** Replicas say of which services to run more than one. */
export type Replicas = Readonly<Partial<Record<ServiceName, number>>>;

export const usage = `GitTix on real servers: MariaDB, RabbitMQ, and a process for each service.

  npm run start:real -- [options]

  --port N              the address to open is http://localhost:N (3000); the services' gRPC ports follow it
  --data DIR            where everything is kept (.data-real), a log for each process included
  --hold TIME           how long an order holds its ticket, such as 30s or 15m (15m)
  --replicas NAME=N     run a service N times, such as orders=2; may be given more than once
  --demo                begin with some users and tickets to look at
  --migrate-only        bring all tables up to date, and end
  --help                this page

  MYSQL_URL             a MySQL or MariaDB to use in the place of a private one, with the right to make databases
                        and users: mysql://root:password@host:3306
  RABBITMQ_URL          likewise: amqp://user:password@host:5672/vhost
  STRIPE_SECRET_KEY     Stripe itself in the place of the sandbox; with STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET
`;

const replicasMax = 9;

/** readRealOptions reads the command line; undefined when the usage was asked for. */
export function readRealOptions(args: readonly string[]): RealOptions | undefined {
  const { port, data, hold, demo, help, replicas, "migrate-only": migrateOnly } = parse(args);
  if (help) return undefined;
  return { ...readPlace({ port, data, hold }), demo, migrateOnly, replicas: readReplicas(replicas) };
}

function readReplicas(words: readonly string[]): Replicas {
  const pairs = words
    .flatMap((word) => word.split(","))
    .map((word): [ServiceName, number] => {
      const [name, count = ""] = word.split("=");
      const service = serviceNames.find((candidate) => candidate === name);
      if (!service || !/^\d$/.test(count) || Number(count) < 1) {
        const names = serviceNames.join(", ");
        throw new UsageError(
          `--replicas takes NAME=N, such as orders=2, with N from 1 to ${replicasMax} and one of ${names}; not "${word}".`,
        );
      }
      return [service, Number(count)];
    });
  return Object.fromEntries(pairs);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string", default: "3000" },
        data: { type: "string", default: ".data-real" },
        hold: { type: "string", default: "15m" },
        replicas: { type: "string", multiple: true, default: [] },
        demo: { type: "boolean", default: false },
        "migrate-only": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw asUsageError(error);
  }
}
