import { useQuery } from "@connectrpc/connect-query";
import { CancelReason, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import type { Charge } from "@gittix/proto/payments/v1/charge";

/** useCharge asks for the payment of an order, if there can be one of interest. */
export function useCharge(order: Order): Charge | undefined {
  const { data } = useQuery(
    PaymentService.method.getCharge,
    { orderId: order.id },
    { enabled: mayBeRefunded(order), retry: 1 },
  );
  return data?.charge;
}

/**
 * Only a cancelled order is ever refunded. One that was cancelled straight away, in version 2, has never
 * come to a payment, and one whose payment failed has taken no money: asking for those would be a call each.
 */
function mayBeRefunded(order: Order): boolean {
  return (
    order.status === OrderStatus.CANCELLED && order.cancelReason !== CancelReason.PAYMENT_FAILED && order.version > 2
  );
}
