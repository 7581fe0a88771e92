import { repeat, type Task } from "./background.ts";
import type { WaitSpec } from "./bus/bus.ts";
import { consume, type Handler } from "./consumer.ts";
import { forgetHandled } from "./database/inbox.ts";
import { startRelay } from "./database/outbox.ts";
import { deadLetterService } from "./dead-letters.ts";
import { createServiceTokenVerifier } from "./identity/service-tokens.ts";
import { createUserTokenVerifier, type UserTokenVerifier } from "./identity/user-tokens.ts";
import { audience, type Platform } from "./platform.ts";
import { startGrpcServer } from "./rpc/grpc-server.ts";
import { startHttpServer, type HttpRoute } from "./rpc/http-server.ts";
import { serviceInterceptors } from "./rpc/interceptors.ts";
import { warmValidation } from "./rpc/interceptors/validation.ts";
import type { Mount } from "./rpc/mount.ts";

/** RunningService is a service at work. */
export interface RunningService {
  readonly name: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Takes no more calls, lets those under way finish, closes everything. Bounded by 10 seconds. */
  stop(): Promise<void>;
}

/** Serving is all that a service puts on its platform. */
export interface Serving {
  readonly rpc: readonly Mount[];
  readonly subscriptions: readonly Handler[];
  /** Further queues besides `<service>.events`, such as the one of due timers. */
  readonly queues?: readonly {
    readonly name: string;
    readonly handlers: readonly Handler[];
    readonly bound: boolean;
  }[];
  readonly waits?: readonly WaitSpec[];
  readonly tasks?: readonly Task[];
  readonly routes?: readonly HttpRoute[];
  /** Auth verifies with its own keys; all others ask auth for them. */
  readonly userTokens?: UserTokenVerifier;
}

/** How often a message is attempted before it is parked. */
export const attemptsMax = 5;
/** How long calls under way may take to finish when a service stops. */
const graceMs = 5000;
const housekeepingMs = 10 * 60_000;

/**
 * serve puts a service on its platform: first its queues, then its work, last its doors. Whatever fails, in
 * `furnish` too, the platform is closed again.
 */
export async function serve(platform: Platform, furnish: () => Serving | Promise<Serving>): Promise<RunningService> {
  const { name, config, log, database, bus } = platform;
  try {
    const serving = await furnish();
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
    const housekeeping: Task = {
      name: "forget handled events",
      everyMs: housekeepingMs,
      run: () => forgetHandled(database),
    };
    for (const task of [housekeeping, ...(serving.tasks ?? [])]) {
      const running = repeat(task, log);
      platform.onStop(() => running.stop());
    }
    for (const { name: queue, handlers } of queues) {
      const subscription = await consume({ bus, database, queue, handlers, log });
      platform.onStop(() => subscription.stop());
    }

    const mounts = [
      ...serving.rpc,
      deadLetterService(
        bus,
        queues.map((queue) => queue.name),
      ),
    ];
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
