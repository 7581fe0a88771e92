import { useQuery } from "@connectrpc/connect-query";
import { useNavigate } from "react-router";
import { CancelReason, type Order } from "@gittix/proto/orders/v1/order";
import { ChargeStatus, type Charge } from "@gittix/proto/payments/v1/charge";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { readError } from "../../api/errors.ts";
import { usePurchase } from "../../api/purchase.ts";
import { failureSentence, moneySentence } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { paths } from "../../ui/paths.ts";

/** PaidOrder is the happy end. */
export function PaidOrder({ order }: { readonly order: Order }) {
  return (
    <>
      <Banner tone="success">Paid. Have a good time!</Banner>
      <div className="ways-on">
        <ButtonLink to={paths.order(order.id)} kind="primary">
          See the order
        </ButtonLink>
        <ButtonLink to={paths.tickets}>More tickets</ButtonLink>
      </div>
    </>
  );
}

/** EndedOrder says how an order ended without a sale, where the money is, and what can be done now. */
export function EndedOrder({ order }: { readonly order: Order }) {
  const navigate = useNavigate();
  const { data } = useQuery(
    PaymentService.method.getCharge,
    { orderId: order.id },
    { enabled: mayHaveCharge(order), retry: 1 },
  );
  const again = usePurchase((next) => navigate(paths.checkout(next.id)));
  const charge = data?.charge;
  return (
    <>
      <Banner tone={order.cancelReason === CancelReason.PAYMENT_FAILED ? "error" : "info"}>
        {endText(order.cancelReason, charge)} {moneySentence(charge)}
      </Banner>
      {again.error && <Banner tone="error">{readError(again.error).sentence}</Banner>}
      <div className="ways-on">
        {order.cancelReason !== CancelReason.OPERATOR && (
          <Button kind="primary" pending={again.isPending} onClick={() => again.mutate(order.ticketId)}>
            Try again
          </Button>
        )}
        <ButtonLink to={paths.ticket(order.ticketId)}>See the ticket</ButtonLink>
        <ButtonLink to={paths.tickets}>Other tickets</ButtonLink>
      </div>
    </>
  );
}

function endText(reason: CancelReason, charge: Charge | undefined): string {
  switch (reason) {
    case CancelReason.EXPIRED:
      return "The time to pay is over, and the ticket is free for others.";
    case CancelReason.PAYMENT_FAILED:
      return charge?.status === ChargeStatus.FAILED
        ? `${failureSentence(charge.failureReason)} The ticket is free again.`
        : "The payment did not work. The ticket is free again.";
    case CancelReason.OPERATOR:
      return "GitTix has cancelled this order.";
    default:
      return "You cancelled this order, and the ticket is free for others.";
  }
}

/** An order that was cancelled straight away, in version 2, has never come to a payment. */
function mayHaveCharge(order: Order): boolean {
  return order.version > 2;
}
