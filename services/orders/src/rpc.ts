import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Broadcast } from "@gittix/common/broadcast";
import { userOf } from "@gittix/common/identity/caller";
import { readPageToken, writePageToken } from "@gittix/common/page-token";
import { internalService, publicService, type Mount } from "@gittix/common/rpc/mount";
import { OrderStatus as OrderStatusMessage, type Order as OrderMessage } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import type { OrderStatus } from "./domain/order.ts";
import { orderMessage } from "./messages.ts";
import type { OrderUseCases } from "./usecases.ts";

const pageSizeDefault = 20;

/** orderService serves buyers. */
export function orderService(usecases: OrderUseCases, changes: Broadcast<OrderMessage>): Mount {
  return publicService(OrderService, {
    async createOrder({ ticketId, requestId }, context) {
      const order = await usecases.createOrder({ buyerId: userOf(context).id, ticketId, requestId });
      return { order: orderMessage(order), ...(await serverTime()) };
    },

    async getOrder({ orderId }, context) {
      const order = await usecases.getOrder(userOf(context).id, orderId);
      return { order: orderMessage(order), ...(await serverTime()) };
    },

    async listOrders(request, context) {
      const by = userOf(context).id;
      const status = readStatus(request.status);
      const [afterId] = readPageToken([by, status], request.pageToken) ?? [];
      const size = request.pageSize || pageSizeDefault;
      const found = await usecases.listOrders(by, {
        status,
        afterId: typeof afterId === "string" ? afterId : undefined,
        limit: size + 1,
      });
      const page = found.slice(0, size);
      const last = found.length > size ? page.at(-1) : undefined;
      return {
        orders: page.map(orderMessage),
        nextPageToken: last ? writePageToken([by, status], [last.id]) : "",
        ...(await serverTime()),
      };
    },

    async cancelOrder({ orderId }, context) {
      return { order: orderMessage(await usecases.cancelOrder(userOf(context).id, orderId)) };
    },

    async *watchOrder({ orderId }, context) {
      const by = userOf(context).id;
      let shown = false;
      // The first heartbeat says that changes are being collected: only then is the order read.
      for await (const change of changes.watch((order) => order.id === orderId, context.signal)) {
        if (change !== "heartbeat") yield { order: change, ...(await serverTime()) };
        else if (shown) yield await serverTime();
        else yield { order: orderMessage(await usecases.getOrder(by, orderId)), ...(await serverTime()) };
        shown = true;
      }
    },
  });

  async function serverTime() {
    return { serverTime: timestampFromDate(await usecases.now()) };
  }
}

/** orderLifecycleService serves other services and operators. */
export function orderLifecycleService(usecases: OrderUseCases): Mount {
  return internalService(OrderLifecycleService, {
    async beginPayment({ orderId }, context) {
      return { order: orderMessage(await usecases.beginPayment(userOf(context).id, orderId)) };
    },

    async expireOrder({ orderId }) {
      const { order, expired } = await usecases.expireOrder(orderId);
      return { order: orderMessage(order), expired };
    },

    async batchGetOrders({ orderIds }) {
      return { orders: (await usecases.getOrders(orderIds)).map(orderMessage) };
    },
  });
}

function readStatus(status: OrderStatusMessage): OrderStatus | undefined {
  switch (status) {
    case OrderStatusMessage.CREATED:
      return "CREATED";
    case OrderStatusMessage.AWAITING_PAYMENT:
      return "AWAITING_PAYMENT";
    case OrderStatusMessage.COMPLETED:
      return "COMPLETED";
    case OrderStatusMessage.CANCELLED:
      return "CANCELLED";
    default:
      return undefined;
  }
}
