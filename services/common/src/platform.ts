import type { DescService } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import type { EntitySchema, MigrationInterface } from "typeorm";
import type { EventBus } from "./bus/bus.ts";
import { openRabbitBus } from "./bus/rabbitmq.ts";
import { ConfigError, type Settings } from "./config.ts";
import { openDatabase, type Database } from "./database/database.ts";
import { createServiceTokenSource } from "./identity/service-tokens.ts";
import { createLog, type Logger } from "./log.ts";
import type { platformSettings } from "./platform-settings.ts";
import { createRpcClient } from "./rpc/client.ts";

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

/** The audience of every token, a user's and a service's. */
export const audience = "gittix";
/** openPlatform opens what a service stands on: its log, its database and the bus. */
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
  const bus = parts.bus ?? (await openOwnBus(config, name, log));
  const opened = await openDatabase({
    ...options,
    url: config.databaseUrl,
    log,
    poolMax: config.databasePoolMax,
    waitMaxMs: config.startWaitMaxMs,
  }).catch(async (error: unknown) => {
    if (!parts.bus) await bus.close();
    throw error;
  });
  closers.push(() => opened.close());
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

function openOwnBus(config: Settings<typeof platformSettings>, name: string, log: Logger): Promise<EventBus> {
  if (config.rabbitmqUrl === undefined)
    throw new ConfigError("The configuration is not usable: RABBITMQ_URL is missing.");
  return openRabbitBus({ url: config.rabbitmqUrl, name, log });
}
