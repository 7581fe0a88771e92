import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { EntitySchema, MigrationInterface } from "typeorm";
import { repeat, type Task } from "./background.ts";
import type { EventBus, WaitSpec } from "./bus/bus.ts";
import { openRabbitBus } from "./bus/rabbitmq.ts";
import type { Settings } from "./config.ts";
import { consume, type Handler } from "./consumer.ts";
import { openDatabase, type Database } from "./database/database.ts";
import { forgetHandled } from "./database/inbox.ts";
import { startRelay } from "./database/outbox.ts";
import { deadLetterService } from "./dead-letters.ts";
import { createServiceTokenSource, createServiceTokenVerifier } from "./identity/service-tokens.ts";
import { createUserTokenVerifier, type UserTokenVerifier } from "./identity/user-tokens.ts";
import { createLog, type Logger } from "./log.ts";
import type { platformSettings } from "./platform-settings.ts";
import { createRpcClient } from "./rpc/client.ts";
import { startGrpcServer } from "./rpc/grpc-server.ts";
import { startHttpServer, type HttpRoute } from "./rpc/http-server.ts";
import { serviceInterceptors } from "./rpc/interceptors.ts";
import { warmValidation } from "./rpc/interceptors/validation.ts";
import type { Mount } from "./rpc/mount.ts";

/** Parts are what a launcher or a test puts in the place of what a service would open by itself. */
export interface Parts<Store, UseCases> {
  readonly bus?: EventBus;
  readonly log?: Logger;
  /** Wraps the store: a test switches a guard off here. */
  readonly store?: (store: Store) => Store;
  /** Wraps the use cases, likewise. */
  readonly usecases?: (usecases: UseCases) => UseCases;
  /** Wraps the database: a test switches the inbox off here. */
  readonly database?: (database: Database) => Database;
}

/** RunningService is a service at work. */
export interface RunningService {
  readonly name: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Takes no more calls, lets those under way finish, closes everything. Bounded by 10 seconds. */
  stop(): Promise<void>;
}

/** Platform is what stands under a service once it is open. */
export interface Platform {
  readonly name: string;
  readonly config: Settings<typeof platformSettings>;
  readonly log: Logger;
  readonly database: Database;
  readonly bus: EventBus;
  /** A client of another service that proves who this service is. */
  client<S extends DescService>(service: S, address: string, options?: { onBehalfOfUser?: boolean }): Client<S>;
  /** Runs when the service stops, last opened first. */
  onStop(close: () => Promise<void>): void;
  /** Runs before anything closes: ends what would otherwise last as long as its caller likes, such as streams. */
  onDrain(drain: () => void): void;
  stop(): Promise<void>;
}

/** Serving is all that a service puts on its platform. */
export interface Serving {
  readonly rpc: readonly Mount[];
  readonly subscriptions: readonly Handler[];
  /** Further queues besides `<service>.events`, such as the one of due timers. */
  readonly queues?: readonly { readonly name: string; readonly handlers: readonly Handler[]; readonly bound: boolean }[];
  readonly waits?: readonly WaitSpec[];
  readonly tasks?: readonly Task[];
  readonly routes?: readonly HttpRoute[];
  /** Auth verifies with its own keys; all others ask auth for them. */
  readonly userTokens?: UserTokenVerifier;
}

/** The audience of every token, a user's and a service's. */
export const audience = "gittix";
/** How often a message is attempted before it is parked. */
export const attemptsMax = 5;
/** How long calls under way may take to finish when a service stops. */
const graceMs = 5000;
const housekeepingMs = 10 * 60_000;

/** openPlatform opens a service's log, database and bus. What was opened is closed again if the rest fails. */
export async function openPlatform<Store, UseCases>(options: {
  readonly name: string;
  readonly config: Settings<typeof platformSettings>;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly parts: Parts<Store, UseCases>;
}): Promise<Platform> {
  const { name, config, parts } = options;
  const log = parts.log?.child({ service: name }) ?? createLog(name, config.logLevel);
  const closers: (() => Promise<void>)[] = [];
  const drains: (() => void)[] = [];
  const opened = await openDatabase({
    ...options,
    url: config.databaseUrl,
    log,
    poolMax: config.databasePoolMax,
    waitMaxMs: config.startWaitMaxMs,
  });
  closers.push(() => opened.close());
  const bus = parts.bus ?? (await openOwnBus(config, name, log));
  if (!parts.bus) closers.push(() => bus.close());
  const tokens = createServiceTokenSource({
    service: name,
    issuer: config.serviceTokenIssuer,
    audience,
    tokenFile: config.serviceTokenFile,
    privateKey: config.serviceTokenKey,
  });

  return {
    name,
    config,
    log,
    database: parts.database?.(opened) ?? opened,
    bus,
    client(service, address, clientOptions = {}) {
      const { client, close } = createRpcClient(service, { address, serviceToken: tokens, ...clientOptions });
      closers.push(async () => close());
      return client;
    },
    onStop: (close) => void closers.push(close),
    onDrain: (drain) => void drains.push(drain),
    async stop() {
      drains.splice(0).forEach((drain) => drain());
      for (const close of closers.splice(0).reverse()) {
        await close().catch((error: unknown) => log.error({ err: error }, "could not be closed"));
      }
    },
  };
}

/** serve puts a service on its platform: first its queues, then its work, last its doors. */
export async function serve(platform: Platform, serving: Serving): Promise<RunningService> {
  const { name, config, log, database, bus } = platform;
  try {
    const events = { name: `${name}.events`, handlers: serving.subscriptions, bound: true };
    const queues = [events, ...(serving.queues ?? [])].filter((queue) => queue.handlers.length > 0);
    await bus.declare({
      queues: queues.map((queue) => ({
        name: queue.name,
        types: queue.bound ? queue.handlers.map((handler) => handler.type) : [],
        attemptsMax,
        parkedName: queue.bound ? `${name}.parked` : `${queue.name}.parked`,
      })),
      waits: serving.waits ?? [],
    });

    const relay = startRelay(database, bus, log);
    platform.onStop(() => relay.stop());
    const housekeeping: Task = { name: "forget handled events", everyMs: housekeepingMs, run: () => forgetHandled(database) };
    for (const task of [housekeeping, ...(serving.tasks ?? [])]) {
      const running = repeat(task, log);
      platform.onStop(() => running.stop());
    }
    for (const { name: queue, handlers } of queues) {
      const subscription = await consume({ bus, database, queue, handlers, log });
      platform.onStop(() => subscription.stop());
    }

    const mounts = [...serving.rpc, deadLetterService(bus, queues.map((queue) => queue.name))];
    const interceptors = serviceInterceptors({
      log,
      userTokens:
        serving.userTokens ?? createUserTokenVerifier({ issuer: "gittix-auth", audience, jwksUrl: config.userKeysUrl }),
      serviceTokens: createServiceTokenVerifier({
        issuer: config.serviceTokenIssuer,
        audience,
        jwks: config.serviceKeys,
        subjectPrefix: config.serviceSubjectPrefix,
      }),
    });
    const ready = async () => bus.healthy() && (await database.healthy());
    warmValidation(mounts);
    const doors = { mounts, interceptors, host: config.host, log, ready };
    const http = await startHttpServer({ ...doors, port: config.httpPort, routes: serving.routes ?? [] });
    platform.onStop(() => http.stop(graceMs));
    const grpc = await startGrpcServer({ ...doors, port: config.grpcPort });
    platform.onStop(() => grpc.stop(graceMs));
    return { name, grpcPort: grpc.port, httpPort: http.port, stop: () => platform.stop() };
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

function openOwnBus(config: Settings<typeof platformSettings>, name: string, log: Logger): Promise<EventBus> {
  if (config.rabbitmqUrl === undefined) throw new Error("RABBITMQ_URL is missing, and no embedded bus was given");
  return openRabbitBus({ url: config.rabbitmqUrl, name, log });
}
