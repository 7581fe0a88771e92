import { failure } from "@gittix/common/errors";

/** Order is one buyer's purchase of one ticket, with a snapshot of what is bought. */
export interface Order {
  readonly id: string;
  readonly buyerId: string;
  /** Made up by the buyer; with the buyer's id it names the purchase. */
  readonly requestId: string;
  readonly ticketId: string;
  readonly sellerId: string;
  readonly ticketTitle: string;
  readonly priceMinor: number;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly cancelReason: CancelReason | null;
  readonly expiresAt: Date;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type OrderStatus = "CREATED" | "AWAITING_PAYMENT" | "COMPLETED" | "CANCELLED";
export type CancelReason = "BUYER" | "EXPIRED" | "PAYMENT_FAILED" | "OPERATOR";

/** place makes a new order. */
export function place(
  facts: Omit<Order, "status" | "cancelReason" | "version" | "createdAt" | "updatedAt">,
  at: Date,
): Order {
  return { ...facts, status: "CREATED", cancelReason: null, version: 1, createdAt: at, updatedAt: at };
}

/** beginPayment lets the buyer start to pay; an order past its deadline expires instead. */
export function beginPayment(order: Order, at: Date): Order {
  if (isDue(order, at)) return expire(order, at);
  return order.status === "CREATED" ? next(order, { status: "AWAITING_PAYMENT" }, at) : order;
}

/** complete ends an open order well; one past its deadline expires instead, and its money goes back. */
export function complete(order: Order, at: Date): Order {
  if (isDue(order, at)) return expire(order, at);
  return isOpen(order) ? next(order, { status: "COMPLETED" }, at) : order;
}

/** failPayment ends an open order whose charge failed. A completed order stays: the failure came too late. */
export function failPayment(order: Order, at: Date): Order {
  if (isDue(order, at)) return expire(order, at);
  return isOpen(order) ? next(order, { status: "CANCELLED", cancelReason: "PAYMENT_FAILED" }, at) : order;
}

/** cancel ends an open order on the buyer's word; a second time changes nothing. */
export function cancel(order: Order, at: Date): Order {
  if (order.status === "COMPLETED") {
    throw failure("ORDER_COMPLETED", "This order is paid and can no longer be cancelled.");
  }
  if (isDue(order, at)) return expire(order, at);
  return isOpen(order) ? next(order, { status: "CANCELLED", cancelReason: "BUYER" }, at) : order;
}

/**
 * undo ends an order whose money has been given back. An open one too: the refund has then overtaken the
 * news of the charge, and the order must not complete on it.
 */
export function undo(order: Order, at: Date): Order {
  return order.status === "CANCELLED" ? order : next(order, { status: "CANCELLED", cancelReason: "OPERATOR" }, at);
}

/** expire ends an open order whose deadline has passed; any other stays as it is. */
export function expire(order: Order, at: Date): Order {
  return isDue(order, at) ? next(order, { status: "CANCELLED", cancelReason: "EXPIRED" }, at) : order;
}

/** isOpen tells whether the order holds its ticket without having paid for it. */
export function isOpen(order: Order): boolean {
  return order.status === "CREATED" || order.status === "AWAITING_PAYMENT";
}

/** isDue tells whether an open order's deadline has passed. */
export function isDue(order: Order, at: Date): boolean {
  return isOpen(order) && order.expiresAt.getTime() <= at.getTime();
}

/** notFound is the answer for an id that no order of the caller's has. */
export function notFound(): Error {
  return failure("ORDER_NOT_FOUND", "There is no such order.");
}

/** notDue is the answer to a timer that came before the deadline. */
export function notDue(order: Order, at: Date): Error {
  return failure("ORDER_NOT_DUE", "The order's hold window has not passed yet.", {
    metadata: {
      expires_at: order.expiresAt.toISOString(),
      remaining_ms: String(order.expiresAt.getTime() - at.getTime()),
    },
  });
}

/** ended is the answer to those who would pay for an order that is no longer open. */
export function ended(order: Order): Error {
  if (order.status === "COMPLETED") return failure("ORDER_COMPLETED", "This order is paid already.");
  if (order.cancelReason === "EXPIRED") return failure("ORDER_EXPIRED", "The time to pay for this order has passed.");
  return failure("ORDER_CANCELLED", "This order was cancelled.");
}

function next(order: Order, change: Partial<Order>, at: Date): Order {
  return { ...order, ...change, version: order.version + 1, updatedAt: at };
}
