import { Code, createClient } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { OrderService, WatchOrderResponseSchema } from "@gittix/proto/orders/v1/order_service";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { observeServerTime } from "../clock.ts";
import { readError } from "../errors.ts";
import { patchOrder } from "../patch.ts";
import { fetchUser } from "../session/session.ts";
import { transport } from "../transport.ts";
import type { Liveness } from "./protocol.ts";
import { reload } from "./reload.ts";
import { createSharedStream } from "./sharedStream.ts";

const client = createClient(OrderService, transport);

/** useLiveOrder keeps an order on the screen as it is now, while `open` says that it can still change. */
export function useLiveOrder(orderId: string, open: boolean): Liveness {
  const queryClient = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  useEffect(() => {
    if (!open) return undefined;
    return streamOf(orderId).subscribe({
      onLiveness: setLiveness,
      // The order comes first in every stream, so that only what hangs on it is loaded again.
      onStart: () => reload(queryClient, { queryKey: chargeKey(orderId) }),
      onMessage: ({ order, serverTime }) => {
        if (serverTime) observeServerTime(serverTime);
        if (!order) return;
        patchOrder(queryClient, order);
        void queryClient.invalidateQueries({ queryKey: chargeKey(orderId) });
      },
    });
  }, [queryClient, orderId, open]);
  return open ? liveness : "ended";
}

const streams = new Map<string, ReturnType<typeof createOrderStream>>();

function streamOf(orderId: string) {
  const stream = streams.get(orderId) ?? createOrderStream(orderId);
  streams.set(orderId, stream);
  return stream;
}

function createOrderStream(orderId: string) {
  return createSharedStream(`order.${orderId}`, WatchOrderResponseSchema, {
    open: (signal) => client.watchOrder({ orderId }, { signal, timeoutMs: 0 }),
    recover: async (error) => {
      const { code } = readError(error);
      if (code === Code.NotFound || code === Code.InvalidArgument) return "give up";
      if (code !== Code.Unauthenticated) return "again";
      return (await isSignedOut()) ? "give up" : "again";
    },
  });
}

/** An ordinary call renews the session where it can be renewed. */
async function isSignedOut(): Promise<boolean> {
  try {
    return (await fetchUser()) === null;
  } catch {
    return false;
  }
}

function chargeKey(orderId: string) {
  return createConnectQueryKey({ schema: PaymentService.method.getCharge, input: { orderId }, cardinality: "finite" });
}
