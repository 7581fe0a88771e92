import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import type { Order } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { patchOrder } from "../../api/patch.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";

/** CancelOrder lets the ticket go. It asks no question: the ticket can be ordered again at once. */
export function CancelOrder({ order }: { readonly order: Order }) {
  const queryClient = useQueryClient();
  const { mutate, error, isPending } = useMutation(OrderService.method.cancelOrder, {
    onSuccess: ({ order: cancelled }) => cancelled && patchOrder(queryClient, cancelled),
  });
  return (
    <div className="cancel-order">
      {error && (
        <Banner tone="error" requestId={readError(error).requestId}>
          {readError(error).sentence}
        </Banner>
      )}
      <Button pending={isPending} onClick={() => mutate({ orderId: order.id })}>
        Cancel order
      </Button>
    </div>
  );
}
