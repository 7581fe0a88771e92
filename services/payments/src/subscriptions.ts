import { on, type Handler } from "@gittix/common/consumer";
import { OrderCancelledSchema, OrderExpiredSchema, type OrderCancelled } from "@gittix/proto/orders/v1/events";
import { CancelReasonSchema, OrderStatus } from "@gittix/proto/orders/v1/order";
import type { PaymentUseCases } from "./usecases.ts";

/** subscriptions: which events the payments service listens to, and what each leads to. */
export function subscriptions(usecases: PaymentUseCases): readonly Handler[] {
  return [
    on(OrderCancelledSchema, ({ order }) => usecases.endOrder(ended(order))),
    on(OrderExpiredSchema, ({ order }) => usecases.endOrder(ended(order))),
  ];
}

/** Money is given back on this event alone, so it must say what it is taken for. */
function ended(order: OrderCancelled["order"]): { orderId: string; reason: string } {
  if (order?.status !== OrderStatus.CANCELLED) throw new Error("the event carries no order that has ended");
  return { orderId: order.id, reason: CancelReasonSchema.value[order.cancelReason]?.localName ?? "UNSPECIFIED" };
}
