import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { draftEvent, type EventDraft } from "@gittix/common/events";
import {
  OrderCancelledSchema,
  OrderCompletedSchema,
  OrderCreatedSchema,
  OrderExpiredSchema,
} from "@gittix/proto/orders/v1/events";
import { CancelReason, OrderSchema, OrderStatus, type Order as OrderMessage } from "@gittix/proto/orders/v1/order";
import type { Order } from "./domain/order.ts";

/** orderMessage shows an order as the contract does. */
export function orderMessage(order: Order): OrderMessage {
  return create(OrderSchema, {
    id: order.id,
    buyerId: order.buyerId,
    ticketId: order.ticketId,
    sellerId: order.sellerId,
    ticketTitle: order.ticketTitle,
    price: { amountMinor: order.priceMinor, currencyCode: order.currency },
    status: OrderStatus[order.status],
    cancelReason: CancelReason[order.cancelReason ?? "UNSPECIFIED"],
    expiresAt: timestampFromDate(order.expiresAt),
    version: order.version,
    createdAt: timestampFromDate(order.createdAt),
    updatedAt: timestampFromDate(order.updatedAt),
  });
}

/** orderCreated is the fact that a buyer has ordered. */
export function orderCreated(order: Order): EventDraft {
  return draftEvent(OrderCreatedSchema, order, create(OrderCreatedSchema, { order: orderMessage(order) }));
}

/** orderEnded is the fact that the order has completed, expired or been cancelled; none for an order still open. */
export function orderEnded(order: Order): readonly EventDraft[] {
  const state = { order: orderMessage(order) };
  if (order.status === "COMPLETED")
    return [draftEvent(OrderCompletedSchema, order, create(OrderCompletedSchema, state))];
  if (order.status !== "CANCELLED") return [];
  return order.cancelReason === "EXPIRED"
    ? [draftEvent(OrderExpiredSchema, order, create(OrderExpiredSchema, state))]
    : [draftEvent(OrderCancelledSchema, order, create(OrderCancelledSchema, state))];
}
