import { createConnectQueryKey, useMutation, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { serverNow } from "../../api/clock.ts";
import { problemOf } from "../../api/errors.ts";
import { failureSentence } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Countdown } from "../../ui/Countdown.tsx";
import type { Problem } from "../../ui/problem.ts";
import { CancelOrder } from "./CancelOrder.tsx";
import { PaymentForm } from "./PaymentForm.tsx";

/** OpenOrder is an order that waits for its payment, or whose payment is under way. */
export function OpenOrder({ order }: { readonly order: Order }) {
  const payment = usePayment(order);
  return (
    <>
      {order.expiresAt && <Countdown until={timestampDate(order.expiresAt)} now={serverNow} label="Held for you" />}
      <section className="panel" aria-label="Payment">
        {payment.underWay ? (
          <PaymentUnderWay confirm={payment.confirm} />
        ) : (
          <PaymentForm error={payment.problem} pending={payment.pending} onPay={payment.pay} />
        )}
      </section>
      <CancelOrder order={order} />
    </>
  );
}

/** A card may need its owner's word at the bank; that comes with Stripe's own card element. */
function PaymentUnderWay({ confirm }: { readonly confirm: boolean }) {
  return confirm ? (
    <Banner tone="warning">
      The bank wants you to confirm this payment, which this build of GitTix cannot show. Nothing is charged without it:
      cancel the order and try another card.
    </Banner>
  ) : (
    <output className="paying">
      <span className="spinner" aria-hidden="true" />
      <span>
        Your payment is under way. You can leave this page: the outcome comes by itself, and nothing is charged twice.
      </span>
    </output>
  );
}

/**
 * usePayment pays an order once. A lost answer is no lost payment: the charge goes on without this page,
 * and asking for it again gives the same charge.
 */
function usePayment(order: Order) {
  const queryClient = useQueryClient();
  const begun = order.status === OrderStatus.AWAITING_PAYMENT;
  const charge = useQuery(PaymentService.method.getCharge, { orderId: order.id }, { enabled: begun, retry: 2 });
  const { mutate, data, error, isPending } = useMutation(PaymentService.method.createCharge, {
    onSettled: () =>
      Promise.all([
        queryClient.invalidateQueries({
          queryKey: createConnectQueryKey({
            schema: OrderService.method.getOrder,
            input: { orderId: order.id },
            cardinality: "finite",
          }),
        }),
        queryClient.invalidateQueries({
          queryKey: createConnectQueryKey({
            schema: PaymentService.method.getCharge,
            input: { orderId: order.id },
            cardinality: "finite",
          }),
        }),
      ]),
  });

  const declined = data?.charge?.status === ChargeStatus.FAILED ? data.charge.failureReason : undefined;
  const problem: Problem | undefined =
    declined === undefined ? problemOf(error) : { sentence: failureSentence(declined), fields: [] };
  return {
    problem,
    pending: isPending,
    confirm: data?.charge?.status === ChargeStatus.CREATED && data.clientSecret !== "",
    // While this page's own call is under way, the form stays and its button shows it.
    underWay: begun && !isPending && charge.data?.charge?.status !== ChargeStatus.FAILED,
    pay: (paymentMethodId: string) => mutate({ orderId: order.id, paymentMethodId }),
  };
}
