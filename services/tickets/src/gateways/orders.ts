import type { Client } from "@connectrpc/connect";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import type { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";

/** OrderFate is what has become of an order, as far as a lock cares. */
export type OrderFate = "open" | "completed" | "ended";

/** Orders is what tickets asks of the orders service. */
export interface Orders {
  /** The fates of the orders that exist among `ids`, at most 100. */
  fatesOf(ids: readonly string[]): Promise<ReadonlyMap<string, OrderFate>>;
}

/** createOrdersGateway asks the orders service over gRPC. */
export function createOrdersGateway(client: Client<typeof OrderLifecycleService>): Orders {
  return {
    async fatesOf(ids) {
      const { orders } = await client.batchGetOrders({ orderIds: [...ids] });
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
