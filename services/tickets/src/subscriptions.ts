import { on, type Handler } from "@gittix/common/consumer";
import {
  OrderCancelledSchema,
  OrderCompletedSchema,
  OrderExpiredSchema,
  type OrderCancelled,
} from "@gittix/proto/orders/v1/events";
import type { TicketUseCases } from "./usecases.ts";

/** subscriptions: which events the tickets service listens to, and what each leads to. */
export function subscriptions(usecases: TicketUseCases): readonly Handler[] {
  return [
    on(OrderCancelledSchema, ({ order }) => usecases.releaseTicket(lockOf(order))),
    on(OrderExpiredSchema, ({ order }) => usecases.releaseTicket(lockOf(order))),
    on(OrderCompletedSchema, ({ order }) => usecases.sellTicket(lockOf(order))),
  ];
}

function lockOf(order: OrderCancelled["order"]): { ticketId: string; orderId: string } {
  if (!order) throw new Error("the event carries no order");
  return { ticketId: order.ticketId, orderId: order.id };
}
