import type { Client } from "@connectrpc/connect";
import { metadataOf, reasonOf } from "@gittix/common/errors";
import type { Order } from "@gittix/proto/orders/v1/order";
import type { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";

/** Expiry is what orders answered to a timer: the order has ended, or is not due for a while. */
export type Expiry = { readonly order: Order; readonly expired: boolean } | { readonly remainingMs: number };

/** Orders is what expiration asks of the orders service. */
export interface Orders {
  /** Expires an order whose deadline has passed. Throws ORDER_NOT_FOUND for an order that does not exist. */
  expire(orderId: string): Promise<Expiry>;
  /** The same on an operator's word; an order that is not due is an error, ORDER_NOT_DUE. */
  expireNow(orderId: string): Promise<{ readonly order: Order; readonly expired: boolean }>;
}

/** createOrdersGateway asks the orders service over gRPC. */
export function createOrdersGateway(client: Client<typeof OrderLifecycleService>): Orders {
  const expireNow = async (orderId: string) => {
    const { order, expired } = await client.expireOrder({ orderId });
    if (!order) throw new Error("orders answered without the order");
    return { order, expired };
  };
  return {
    expireNow,
    async expire(orderId) {
      try {
        return await expireNow(orderId);
      } catch (error) {
        if (reasonOf(error) !== "ORDER_NOT_DUE") throw error;
        return { remainingMs: Number(metadataOf(error)["remaining_ms"]) };
      }
    },
  };
}
