import type { Env } from "@gittix/common/config";
import { run } from "@gittix/common/run";
import { openPlatform, type Parts } from "@gittix/common/platform";
import { serve, type RunningService } from "@gittix/common/service";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { readExpirationConfig } from "./config.ts";
import { createOrdersGateway } from "./gateways/orders.ts";
import { expirationService } from "./rpc.ts";
import { migrations } from "./store/migrations.ts";
import { Timers } from "./store/tables.ts";
import { createTimerStore, type TimerStore } from "./store/timer-store.ts";
import { subscriptions, timers, waitQueue } from "./subscriptions.ts";
import { createExpirationUseCases, type ExpirationUseCases } from "./usecases.ts";

const hourMs = 3_600_000;

/** startExpiration starts the expiration service. */
export async function startExpiration(
  env: Env,
  parts: Parts<TimerStore, ExpirationUseCases> = {},
): Promise<RunningService> {
  const config = readExpirationConfig(env);
  const platform = await openPlatform({ name: "expiration", config, entities: [Timers], migrations, parts });
  return serve(platform, () => {
    const store = createTimerStore(platform.database);
    const stories = createExpirationUseCases({
      store: parts.store?.(store) ?? store,
      orders: createOrdersGateway(platform.client(OrderLifecycleService, config.ordersAddress)),
    });
    const usecases = parts.usecases?.(stories) ?? stories;

    return {
      rpc: [expirationService(usecases, config.holdWindowMs)],
      subscriptions: subscriptions(usecases),
      queues: [timers(usecases)],
      waits: [waitQueue(config.holdWindowMs)],
      tasks: [{ name: "forget old timers", everyMs: hourMs, run: () => usecases.forgetOld() }],
    };
  });
}

if (import.meta.main) await run(startExpiration, migrations);
