import { createClient } from "@connectrpc/connect";
import { useMutation } from "@tanstack/react-query";
import type { Order } from "@gittix/proto/orders/v1/order";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { createTabIntents, purchase } from "./intents.ts";
import { transport } from "./transport.ts";

const client = createClient(OrderService, transport);
const intents = createTabIntents();

/** usePurchase is the button that orders a ticket. */
export function usePurchase(onOrder: (order: Order) => void | Promise<void>) {
  return useMutation({
    mutationFn: (ticketId: string) =>
      purchase(ticketId, intents, async (requestId) => (await client.createOrder({ ticketId, requestId })).order),
    onSuccess: onOrder,
  });
}
