import { create } from "@bufbuild/protobuf";
import type { EventBus } from "@gittix/common/bus/bus";
import { failure } from "@gittix/common/errors";
import { draftEvent, openEnvelope, sealEvent } from "@gittix/common/events";
import { on } from "@gittix/common/consumer";
import { userOf } from "@gittix/common/identity/caller";
import { internalService, type Mount } from "@gittix/common/rpc/mount";
import { OrderCancelledSchema, OrderExpiredSchema } from "@gittix/proto/orders/v1/events";
import { CancelReason, OrderSchema, OrderStatus, OrderStatusSchema, type Order } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema, ChargeRefundedSchema } from "@gittix/proto/payments/v1/events";
import { v7 as uuidv7 } from "uuid";

/** Orders keeps the contract of the orders service as far as payments can see it, in memory. */
export interface Orders {
  readonly mount: Mount;
  /** Takes the outcomes of charges, as orders does. */
  start(): Promise<void>;
  /** Makes an open order; its id. */
  place(buyerId: string, amountMinor?: number): string;
  status(orderId: string): string;
  /** Ends an order and publishes so. */
  end(orderId: string, reason: "BUYER" | "EXPIRED"): Promise<void>;
  /** Ends an order, and the event is lost. */
  endSilently(orderId: string): void;
  /** Publishes the end of an order, whatever its state. */
  publishEnd(orderId: string, reason: "BUYER" | "EXPIRED" | "PAYMENT_FAILED" | "OPERATOR"): Promise<void>;
  /** Runs before the next BeginPayment is answered. */
  beforeBegin: () => Promise<void>;
}

/** createOrders makes orders on a bus. */
export function createOrders(bus: EventBus): Orders {
  const orders = new Map<string, Order>();
  const get = (id: string): Order => {
    const order = orders.get(id);
    if (!order) throw failure("ORDER_NOT_FOUND", "There is no such order.");
    return order;
  };
  const isOpen = (order: Order) =>
    order.status === OrderStatus.CREATED || order.status === OrderStatus.AWAITING_PAYMENT;
  const cancel = (order: Order, reason: keyof typeof CancelReason) => {
    Object.assign(order, {
      status: OrderStatus.CANCELLED,
      cancelReason: CancelReason[reason],
      version: order.version + 1,
    });
  };
  const endBy = async (order: Order, reason: "PAYMENT_FAILED" | "OPERATOR") => {
    cancel(order, reason);
    await self.publishEnd(order.id, reason);
  };

  const self: Orders = {
    beforeBegin: async () => {},

    mount: internalService(OrderLifecycleService, {
      async beginPayment({ orderId }, context) {
        const order = get(orderId);
        if (order.buyerId !== userOf(context).id) throw failure("ORDER_NOT_FOUND", "There is no such order.");
        if (order.status === OrderStatus.COMPLETED) throw failure("ORDER_COMPLETED", "This order is paid already.");
        if (order.status === OrderStatus.CANCELLED) throw failure("ORDER_CANCELLED", "This order was cancelled.");
        order.status = OrderStatus.AWAITING_PAYMENT;
        await self.beforeBegin();
        return { order };
      },
      expireOrder: () => Promise.reject(new Error("payments does not expire orders")),
      batchGetOrders: ({ orderIds }) => ({ orders: orderIds.flatMap((id) => orders.get(id) ?? []) }),
    }),

    async start() {
      const handlers = [
        on(ChargeCreatedSchema, async ({ charge }) => {
          const order = get(charge?.orderId ?? "");
          if (!isOpen(order)) return;
          if (charge?.status === ChargeStatus.COMPLETED) order.status = OrderStatus.COMPLETED;
          else await endBy(order, "PAYMENT_FAILED");
        }),
        on(ChargeRefundedSchema, async ({ charge }) => {
          const order = get(charge?.orderId ?? "");
          if (order.status !== OrderStatus.CANCELLED) await endBy(order, "OPERATOR");
        }),
      ];
      const types = handlers.map((handler) => handler.type);
      await bus.declare({
        queues: [{ name: "orders.events", types, attemptsMax: 5, parkedName: "orders.parked" }],
        waits: [],
      });
      await bus.consume(
        "orders.events",
        async (delivery) => handlers.find(({ type }) => type === delivery.type)?.handle(openEnvelope(delivery)),
        { prefetch: 8 },
      );
    },

    place(buyerId, amountMinor = 1250) {
      const id = uuidv7();
      const price = { amountMinor, currencyCode: "USD" };
      orders.set(id, create(OrderSchema, { id, buyerId, price, status: OrderStatus.CREATED, version: 1 }));
      return id;
    },

    status: (orderId) => OrderStatusSchema.value[get(orderId).status]?.localName ?? "",

    async end(orderId, reason) {
      cancel(get(orderId), reason);
      await self.publishEnd(orderId, reason);
    },

    endSilently: (orderId) => cancel(get(orderId), "BUYER"),

    async publishEnd(orderId, reason) {
      const order = { ...get(orderId), status: OrderStatus.CANCELLED, cancelReason: CancelReason[reason] };
      const draft =
        reason === "EXPIRED"
          ? draftEvent(OrderExpiredSchema, order, create(OrderExpiredSchema, { order }))
          : draftEvent(OrderCancelledSchema, order, create(OrderCancelledSchema, { order }));
      await bus.publish([sealEvent(draft, new Date())]);
    },
  };

  return self;
}
