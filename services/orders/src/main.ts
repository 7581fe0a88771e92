import { from, openBroadcast } from "@gittix/common/broadcast-feed";
import type { Env } from "@gittix/common/config";
import { run } from "@gittix/common/run";
import { openPlatform, type Parts } from "@gittix/common/platform";
import { serve, type RunningService } from "@gittix/common/service";
import {
  OrderCancelledSchema,
  OrderCompletedSchema,
  OrderCreatedSchema,
  OrderExpiredSchema,
} from "@gittix/proto/orders/v1/events";
import type { Order } from "@gittix/proto/orders/v1/order";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { v7 as uuidv7 } from "uuid";
import { readOrdersConfig } from "./config.ts";
import { createTicketsGateway } from "./gateways/tickets.ts";
import { orderLifecycleService, orderService } from "./rpc.ts";
import { migrations } from "./store/migrations.ts";
import { createOrderStore, type OrderStore } from "./store/order-store.ts";
import { Orders } from "./store/tables.ts";
import { subscriptions } from "./subscriptions.ts";
import { createOrderUseCases, type OrderUseCases } from "./usecases.ts";

/** startOrders starts the orders service. */
export async function startOrders(env: Env, parts: Parts<OrderStore, OrderUseCases> = {}): Promise<RunningService> {
  const config = readOrdersConfig(env);
  const platform = await openPlatform({ name: "orders", config, entities: [Orders], migrations, parts });
  return serve(platform, async () => {
    const store = createOrderStore(platform.database);
    const stories = createOrderUseCases({
      store: parts.store?.(store) ?? store,
      tickets: createTicketsGateway(platform.client(ReservationService, config.ticketsAddress)),
      ids: uuidv7,
      holdWindowMs: config.holdWindowMs,
      sweepAfterMs: config.sweepAfterMs,
      log: platform.log,
    });
    const usecases = parts.usecases?.(stories) ?? stories;
    const changes = await openBroadcast<Order>(platform, [
      from(OrderCreatedSchema, ({ order }) => order),
      from(OrderCancelledSchema, ({ order }) => order),
      from(OrderExpiredSchema, ({ order }) => order),
      from(OrderCompletedSchema, ({ order }) => order),
    ]);

    return {
      rpc: [orderService(usecases, changes), orderLifecycleService(usecases)],
      subscriptions: subscriptions(usecases),
      tasks: [{ name: "sweep overdue orders", everyMs: config.sweepEveryMs, run: () => usecases.sweepOverdue() }],
    };
  });
}

if (import.meta.main) await run(startOrders, migrations);
