import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { WaitSpec } from "@gittix/common/bus/bus";
import { on, onRepeatable, type Handler } from "@gittix/common/consumer";
import {
  OrderCancelledSchema,
  OrderCompletedSchema,
  OrderCreatedSchema,
  OrderExpiredSchema,
  type OrderCreated,
} from "@gittix/proto/orders/v1/events";
import type { ExpirationUseCases } from "./usecases.ts";

/** The queue into which timers fall when the hold window has passed. */
const dueQueue = "expiration.due";

/** subscriptions: which events the expiration service counts. */
export function subscriptions(usecases: ExpirationUseCases): readonly Handler[] {
  return [
    on(OrderCreatedSchema, (event) => usecases.orderCreated(...deadline(event))),
    on(OrderCompletedSchema, ({ order }) => usecases.orderEnded(order?.id ?? "")),
    on(OrderCancelledSchema, ({ order }) => usecases.orderEnded(order?.id ?? "")),
    on(OrderExpiredSchema, ({ order }) => usecases.orderEnded(order?.id ?? "")),
  ];
}

/** timers: the queue of timers that are due. Asking orders twice does no harm, so no inbox stands before it. */
export function timers(usecases: ExpirationUseCases) {
  const handlers = [onRepeatable(OrderCreatedSchema, (event) => usecases.timerDue(...deadline(event)))];
  return { name: dueQueue, handlers, bound: false };
}

/** waitQueue: OrderCreated waits here for the hold window; nobody consumes it, and what comes out is due. */
export function waitQueue(holdWindowMs: number): WaitSpec {
  const prefix = "expiration.wait.";
  return {
    name: `${prefix}${holdWindowMs}`,
    prefix,
    types: [OrderCreatedSchema.typeName],
    ttlMs: holdWindowMs,
    thenTo: dueQueue,
  };
}

function deadline({ order }: OrderCreated): [orderId: string, dueAt: Date] {
  if (!order?.expiresAt) throw new Error("OrderCreated carries no deadline");
  return [order.id, timestampDate(order.expiresAt)];
}
