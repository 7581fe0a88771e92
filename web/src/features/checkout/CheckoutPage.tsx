import { useQuery } from "@connectrpc/connect-query";
import { useParams } from "react-router";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { useLiveOrder } from "../../api/live/order.ts";
import { isOpen } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { Stub, StubPrice } from "../../ui/Stub.tsx";
import { OpenOrder } from "./OpenOrder.tsx";
import { EndedOrder, PaidOrder } from "./Outcome.tsx";

/** CheckoutPage pays an order. Whatever happens to the order, here or elsewhere, shows by itself. */
export function CheckoutPage() {
  const { orderId = "" } = useParams();
  const { data, error, refetch } = useQuery(OrderService.method.getOrder, { orderId });
  useLiveOrder(orderId, data?.order !== undefined && isOpen(data.order.status));
  if (data?.order) return <Checkout order={data.order} />;
  if (!error) {
    return (
      <Page title="Checkout" width="narrow">
        <Skeletons count={2} kind="block" />
      </Page>
    );
  }
  const { reason, sentence, requestId } = readError(error);
  const unknown = reason === "ORDER_NOT_FOUND" || reason === "VALIDATION_FAILED";
  return (
    <Page title={unknown ? "Order not found" : "Checkout"} width="narrow">
      {unknown ? (
        <Empty title="There is no such order among yours" action={<ButtonLink to={paths.orders}>My orders</ButtonLink>}>
          It may belong to another account.
        </Empty>
      ) : (
        <Banner tone="error" requestId={requestId} actions={<Button onClick={() => void refetch()}>Try again</Button>}>
          {sentence}
        </Banner>
      )}
    </Page>
  );
}

function Checkout({ order }: { readonly order: Order }) {
  return (
    <Page title={titleOf(order.status)} width="narrow">
      <Stub
        id={order.ticketId}
        main={<span className="stub-title">{order.ticketTitle}</span>}
        side={<StubPrice amount={order.price} />}
      />
      {isOpen(order.status) && <OpenOrder order={order} />}
      {order.status === OrderStatus.COMPLETED && <PaidOrder order={order} />}
      {order.status === OrderStatus.CANCELLED && <EndedOrder order={order} />}
    </Page>
  );
}

function titleOf(status: OrderStatus): string {
  if (status === OrderStatus.COMPLETED) return "The ticket is yours";
  return status === OrderStatus.CANCELLED ? "This order has ended" : "Checkout";
}
