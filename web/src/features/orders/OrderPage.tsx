import { useMutation, useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { useLiveOrder } from "../../api/live/order.ts";
import { patchOrder } from "../../api/patch.ts";
import { isOpen, orderWord, refundWord } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { formatMoney } from "../../ui/money.ts";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { Facts, State } from "../../ui/State.tsx";
import { useCharge } from "./useCharge.ts";

/** OrderPage is everything about one order. */
export function OrderPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery(OrderService.method.getOrder, { orderId: id });
  useLiveOrder(id, data?.order !== undefined && isOpen(data.order.status));
  if (data?.order) return <OrderView order={data.order} />;
  const failure = error ? readError(error) : undefined;
  const unknown = failure?.reason === "ORDER_NOT_FOUND" || failure?.reason === "VALIDATION_FAILED";
  return (
    <Page title={unknown ? "Order not found" : "Order"} width="narrow">
      {!failure && <Skeletons count={2} kind="block" />}
      {unknown && (
        <Empty title="There is no such order among yours" action={<ButtonLink to={paths.orders}>My orders</ButtonLink>}>
          It may belong to another account.
        </Empty>
      )}
      {failure && !unknown && (
        <Banner
          tone="error"
          requestId={failure.requestId}
          actions={<Button onClick={() => void refetch()}>Try again</Button>}
        >
          {failure.sentence}
        </Banner>
      )}
    </Page>
  );
}

function OrderView({ order }: { readonly order: Order }) {
  const refund = refundWord(order, useCharge(order));
  return (
    <Page title={order.ticketTitle} width="narrow" lead="Your order">
      <section className="panel" aria-label="Order">
        <Facts
          facts={[
            { term: "Status", value: <Status order={order} /> },
            { term: "Price", value: order.price && formatMoney(order.price) },
            { term: "Refund", value: refund && <State state={refund} /> },
            { term: "Ordered", value: order.createdAt && <Moment at={timestampDate(order.createdAt)} /> },
            { term: endLabel(order.status), value: endTime(order) },
            { term: "Ticket", value: <Link to={paths.ticket(order.ticketId)}>See the ticket</Link> },
            { term: "Order number", value: <code>{order.id}</code> },
          ].filter(({ value }) => value !== undefined)}
        />
      </section>
      {isOpen(order.status) && <OpenActions order={order} />}
    </Page>
  );
}

function OpenActions({ order }: { readonly order: Order }) {
  const queryClient = useQueryClient();
  const { mutate, error, isPending } = useMutation(OrderService.method.cancelOrder, {
    onSuccess: ({ order: cancelled }) => cancelled && patchOrder(queryClient, cancelled),
  });
  return (
    <>
      {error && <Banner tone="error">{readError(error).sentence}</Banner>}
      <div className="ways-on">
        <ButtonLink to={paths.checkout(order.id)} kind="primary">
          Go on to payment
        </ButtonLink>
        <Button pending={isPending} onClick={() => mutate({ orderId: order.id })}>
          Cancel order
        </Button>
      </div>
    </>
  );
}

function Status({ order }: { readonly order: Order }) {
  return (
    <span aria-live="polite">
      <State state={orderWord(order)} />
    </span>
  );
}

function endLabel(status: OrderStatus): string {
  if (isOpen(status)) return "Held until";
  return status === OrderStatus.COMPLETED ? "Paid" : "Ended";
}

function endTime(order: Order) {
  const at = isOpen(order.status) ? order.expiresAt : order.updatedAt;
  return at && <Moment at={timestampDate(at)} />;
}
