import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Link, useSearchParams } from "react-router";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import type { Order } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { isOpen, orderWord, refundWord } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { LoadMore } from "../../ui/LoadMore.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { formatMoney } from "../../ui/money.ts";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { State } from "../../ui/State.tsx";
import { readStatus, statuses, type StatusName } from "./statuses.ts";
import { useCharge } from "./useCharge.ts";

/** OrdersPage is all that a buyer has ordered. */
export function OrdersPage() {
  const [params] = useSearchParams();
  const status = readStatus(params.get("status"));
  const { data, error, ...list } = useInfiniteQuery(
    OrderService.method.listOrders,
    { status: statuses[status].value, pageSize: 20, pageToken: "" },
    // Orders change while one is elsewhere, and no stream tells of all of them.
    {
      pageParamKey: "pageToken",
      getNextPageParam: (page) => page.nextPageToken || undefined,
      refetchOnMount: "always",
    },
  );
  const orders = data?.pages.flatMap((page) => page.orders);

  return (
    <Page title="My orders">
      <Filter chosen={status} />
      {error && (
        <Banner
          tone="error"
          requestId={readError(error).requestId}
          actions={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {readError(error).sentence}
        </Banner>
      )}
      {!orders && !error && <Skeletons count={4} kind="row" />}
      {orders?.length === 0 && <NoOrders filtered={status !== "all"} />}
      {orders && orders.length > 0 && (
        <ul className="rows" aria-label="My orders">
          {orders.map((order) => (
            <li key={order.id}>
              <OrderRow order={order} />
            </li>
          ))}
        </ul>
      )}
      <LoadMore more={list.hasNextPage} pending={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Page>
  );
}

function Filter({ chosen }: { readonly chosen: StatusName }) {
  return (
    <nav className="filter" aria-label="Orders by status">
      {Object.entries(statuses).map(([name, { label }]) => (
        <Link
          key={name}
          to={name === "all" ? paths.orders : `${paths.orders}?status=${name}`}
          aria-current={name === chosen ? "true" : undefined}
          replace
          preventScrollReset
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}

function OrderRow({ order }: { readonly order: Order }) {
  const refund = refundWord(order, useCharge(order));
  return (
    <article className="row" aria-label={order.ticketTitle}>
      <div className="row-main">
        <Link to={paths.order(order.id)} className="row-title">
          {order.ticketTitle}
        </Link>
        <p className="row-note">
          <State state={orderWord(order)} />
          {refund && <State state={refund} />}
          {order.createdAt && <Moment at={timestampDate(order.createdAt)} />}
        </p>
      </div>
      <span className="row-price">{order.price && formatMoney(order.price)}</span>
      <div className="row-actions">
        {isOpen(order.status) && (
          <ButtonLink to={paths.checkout(order.id)} kind="primary">
            Go on to payment
          </ButtonLink>
        )}
      </div>
    </article>
  );
}

function NoOrders({ filtered }: { readonly filtered: boolean }) {
  return filtered ? (
    <Empty title="No such orders" action={<ButtonLink to={paths.orders}>Show all orders</ButtonLink>}>
      None of your orders is in this state.
    </Empty>
  ) : (
    <Empty
      title="No orders yet"
      action={
        <ButtonLink to={paths.tickets} kind="primary">
          Find a ticket
        </ButtonLink>
      }
    >
      What you buy is kept here, with its price and its payment.
    </Empty>
  );
}
