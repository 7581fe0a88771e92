import { join } from "node:path";
import { startAuth } from "@gittix/auth/main";
import type { EventBus } from "@gittix/common/bus/bus";
import type { Env } from "@gittix/common/config";
import type { Logger } from "@gittix/common/log";
import type { RunningService } from "@gittix/common/service";
import { startExpiration } from "@gittix/expiration/main";
import { startOrders } from "@gittix/orders/main";
import { startPayments } from "@gittix/payments/main";
import type { Sandbox } from "@gittix/sandbox/options";
import { startSandbox } from "@gittix/sandbox/server";
import { startTickets } from "@gittix/tickets/main";
import { inFiles, type Backing, type BusUser } from "./backing.ts";
import { startEdge, type Edge } from "./edge.ts";
import { makeServiceKey, openSecrets, type Secrets } from "./secrets.ts";
import { publicPaths, serviceNames, type ServiceName } from "./service-table.ts";

/** MeshOptions say where a mesh keeps its data and where it listens. */
export interface MeshOptions {
  readonly folder: string;
  readonly host: string;
  readonly edgePort: number;
  readonly grpcPorts: Readonly<Record<ServiceName, number>>;
  readonly webFolder: string;
  readonly hold: string;
  readonly log: Logger;
  /** What the services stand on; files in the folder, unless told otherwise. */
  readonly backing?: Backing;
  /** Settings on top, for every service. */
  readonly settings?: Env;
  /** What a test puts in the place of a service's own parts. */
  readonly parts?: ServiceParts;
  /** Wraps the bus: a test delivers twice, late or in another order here. */
  readonly wrapBus?: (bus: EventBus) => EventBus;
}

/** ServiceParts are the parts of each service that can be replaced. */
export interface ServiceParts {
  readonly auth?: Parameters<typeof startAuth>[1];
  readonly tickets?: Parameters<typeof startTickets>[1];
  readonly orders?: Parameters<typeof startOrders>[1];
  readonly expiration?: Parameters<typeof startExpiration>[1];
  readonly payments?: Parameters<typeof startPayments>[1];
}

/** Mesh is the whole marketplace at work in one process. */
export interface Mesh {
  readonly edgeUrl: string;
  readonly services: readonly RunningService[];
  readonly sandbox: Sandbox;
  readonly bus: EventBus;
  readonly secrets: Secrets;
  /** Stops everything, the doors first. What is under way finishes. */
  stop(): Promise<void>;
}

/** startMesh starts five services, Stripe's sandbox and the edge in this process: on files, which is the embedded mode, or on servers. */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const { folder, host, log, parts = {} } = options;
  const closers: (() => Promise<void>)[] = [];
  let edge: Edge | undefined;
  const stop = async () => {
    edge?.drain();
    for (const close of closers.splice(0).reverse()) await close();
  };
  const started = <T extends { stop(): Promise<void> }>(thing: T): T => {
    closers.push(() => thing.stop());
    return thing;
  };

  try {
    const backing = options.backing ?? inFiles(folder);
    const buses = await backing.openBuses(log);
    closers.push(() => buses.close());
    const busOf = (user: BusUser) => options.wrapBus?.(buses.of(user)) ?? buses.of(user);
    const secrets = openSecrets(folder);
    const sandbox = await startSandbox({
      host,
      database: join(folder, "sandbox.db"),
      secretKey: secrets.stripeSecretKey,
      publishableKey: secrets.stripePublishableKey,
      // Whatever can be listed can be bought; a real account of Stripe's begins at about half a dollar.
      amounts: { min: 1, max: 100_000_000 },
    });
    closers.push(() => sandbox.close());

    // Stopped after the services: those who watch through it are to hear from them that they stop.
    closers.push(async () => edge?.stop());
    const env = await environment(options, backing, secrets, sandbox.url);
    // Auth comes first: the others are told where it publishes its keys.
    const auth = started(await startAuth(env("auth"), { log, bus: busOf("auth"), ...parts.auth }));
    const known = { USER_KEYS_URL: `http://${host}:${auth.httpPort}/.well-known/jwks.json` };
    const others = await Promise.allSettled([
      startTickets({ ...env("tickets"), ...known }, { log, bus: busOf("tickets"), ...parts.tickets }),
      startOrders({ ...env("orders"), ...known }, { log, bus: busOf("orders"), ...parts.orders }),
      startExpiration({ ...env("expiration"), ...known }, { log, bus: busOf("expiration"), ...parts.expiration }),
      startPayments({ ...env("payments"), ...known }, { log, bus: busOf("payments"), ...parts.payments }),
    ]);
    const services = [auth, ...others.flatMap((each) => (each.status === "fulfilled" ? started(each.value) : []))];
    const failed = others.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;

    const payments = services.find((service) => service.name === "payments");
    if (payments) {
      const url = `http://${host}:${payments.httpPort}/webhooks/stripe`;
      sandbox.setWebhook({ url, secret: secrets.stripeWebhookSecret });
    }
    edge = await openEdge(options, services);
    return { edgeUrl: `http://localhost:${edge.port}`, services, sandbox, bus: busOf("mesh"), secrets, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** environment gives the settings of each service. */
async function environment(
  options: MeshOptions,
  backing: Backing,
  secrets: Secrets,
  stripeUrl: string,
): Promise<(service: ServiceName) => Env> {
  const { host, grpcPorts, hold, settings } = options;
  const key = await makeServiceKey();
  const address = (service: ServiceName) => `${host}:${grpcPorts[service]}`;
  return (service) => ({
    DATABASE_URL: backing.databaseUrl(service),
    HOST: host,
    GRPC_PORT: String(grpcPorts[service]),
    HTTP_PORT: "0",
    // Auth verifies with its own keys and asks nobody.
    USER_KEYS_URL: "http://127.0.0.1/.well-known/jwks.json",
    SERVICE_KEYS: key.publicKeys,
    SERVICE_TOKEN_KEY: key.privateKey,
    HOLD_WINDOW: hold,
    TICKETS_ADDRESS: address("tickets"),
    ORDERS_ADDRESS: address("orders"),
    COOKIE_SECURE: "false",
    OPERATOR_EMAIL: secrets.operatorEmail,
    OPERATOR_PASSWORD: secrets.operatorPassword,
    STRIPE_API_BASE: stripeUrl,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
    ...settings,
  });
}

function openEdge(options: MeshOptions, services: readonly RunningService[]): Promise<Edge> {
  const routes = serviceNames.flatMap((name) => {
    const port = services.find((service) => service.name === name)?.httpPort;
    return port === undefined ? [] : publicPaths[name].map((prefix) => ({ prefix, ports: [port] }));
  });
  return startEdge({ host: options.host, port: options.edgePort, webFolder: options.webFolder, routes });
}
