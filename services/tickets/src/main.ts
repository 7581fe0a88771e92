import { from, openBroadcast } from "@gittix/common/broadcast-feed";
import type { Env } from "@gittix/common/config";
import { run } from "@gittix/common/run";
import { openPlatform, type Parts } from "@gittix/common/platform";
import { serve, type RunningService } from "@gittix/common/service";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { TicketCancelledSchema, TicketCreatedSchema, TicketUpdatedSchema } from "@gittix/proto/tickets/v1/events";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { v7 as uuidv7 } from "uuid";
import { readTicketsConfig } from "./config.ts";
import { createOrdersGateway } from "./gateways/orders.ts";
import { reservationService, ticketService } from "./rpc.ts";
import { migrations } from "./store/migrations.ts";
import { Tickets, TicketTerms } from "./store/tables.ts";
import { createTicketStore, type TicketStore } from "./store/ticket-store.ts";
import { subscriptions } from "./subscriptions.ts";
import { createTicketUseCases, type TicketUseCases } from "./usecases.ts";

/** startTickets starts the tickets service. */
export async function startTickets(env: Env, parts: Parts<TicketStore, TicketUseCases> = {}): Promise<RunningService> {
  const config = readTicketsConfig(env);
  const platform = await openPlatform({ name: "tickets", config, entities: [Tickets, TicketTerms], migrations, parts });
  return serve(platform, async () => {
    const store = createTicketStore(platform.database);
    const stories = createTicketUseCases({
      store: parts.store?.(store) ?? store,
      orders: createOrdersGateway(platform.client(OrderLifecycleService, config.ordersAddress)),
      ids: uuidv7,
      currency: config.currency,
      unsettledAfterMs: config.unsettledAfterMs,
      log: platform.log,
    });
    const usecases = parts.usecases?.(stories) ?? stories;
    const changes = await openBroadcast<Ticket>(platform, [
      from(TicketCreatedSchema, ({ ticket }) => ticket),
      from(TicketUpdatedSchema, ({ ticket }) => ticket),
      from(TicketCancelledSchema, ({ ticket }) => ticket),
    ]);

    return {
      rpc: [ticketService(usecases, changes), reservationService(usecases)],
      subscriptions: subscriptions(usecases),
      tasks: [{ name: "reconcile locks", everyMs: config.reconcileEveryMs, run: () => usecases.reconcileLocks() }],
    };
  });
}

if (import.meta.main) await run(startTickets, migrations);
