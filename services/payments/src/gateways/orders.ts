import type { Client } from "@connectrpc/connect";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import type { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";

/** PayableOrder is what a charge keeps of its order. */
export interface PayableOrder {
  readonly buyerId: string;
  readonly amountMinor: number;
  readonly currency: string;
}

/** OrderFate is what has become of an order, as far as a charge cares. */
export type OrderFate = "open" | "completed" | "ended";

/** Orders is what payments asks of the orders service. */
export interface Orders {
  /** Says, on the user's behalf, that they start to pay, and gives the price; throws the orders service's refusal. */
  beginPayment(orderId: string): Promise<PayableOrder>;
  /** The fates of the orders that exist among `ids`, at most 100. */
  fatesOf(ids: readonly string[]): Promise<ReadonlyMap<string, OrderFate>>;
}

type OrdersClient = Client<typeof OrderLifecycleService>;

/** createOrdersGateway asks the orders service over gRPC: as the user where they have to be the buyer. */
export function createOrdersGateway(clients: {
  readonly asUser: OrdersClient;
  readonly asService: OrdersClient;
}): Orders {
  return {
    async beginPayment(orderId) {
      const { order } = await clients.asUser.beginPayment({ orderId });
      if (!order?.price) throw new Error("orders answered without the order");
      const { amountMinor, currencyCode: currency } = order.price;
      return { buyerId: order.buyerId, amountMinor, currency };
    },

    async fatesOf(ids) {
      const { orders } = await clients.asService.batchGetOrders({ orderIds: [...ids] });
      return new Map(orders.map((order) => [order.id, fate(order.status)]));
    },
  };
}

function fate(status: OrderStatus): OrderFate {
  switch (status) {
    case OrderStatus.COMPLETED:
      return "completed";
    case OrderStatus.CANCELLED:
      return "ended";
    default:
      return "open";
  }
}
