import { useQuery } from "@connectrpc/connect-query";
import { useLocation, useNavigate } from "react-router";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { usePurchase } from "../../api/purchase.ts";
import { useSession } from "../../api/session/session.ts";
import { isOpen } from "../../api/orderWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { paths, withNext } from "../../ui/paths.ts";

/** BuyPanel is the way from a ticket to an order: one click, and the ticket is held. */
export function BuyPanel({ ticket }: { readonly ticket: Ticket }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const session = useSession();
  const { mutate, error, isPending } = usePurchase((order) =>
    navigate(order.status === OrderStatus.COMPLETED ? paths.order(order.id) : paths.checkout(order.id)),
  );

  if (ticket.status === TicketStatus.RESERVED) return session.status === "signed-in" ? <OwnHold ticketId={ticket.id} /> : null;
  if (ticket.status !== TicketStatus.AVAILABLE) return <ButtonLink to={paths.tickets}>See other tickets</ButtonLink>;

  const buy = () => (session.status === "signed-in" ? mutate(ticket.id) : void navigate(withNext(paths.signIn, pathname)));
  return (
    <>
      <Button kind="primary" pending={isPending} disabled={session.status === "loading"} onClick={buy}>
        Buy
      </Button>
      {error && (
        <Banner tone="error" requestId={readError(error).requestId}>
          {readError(error).sentence}
        </Banner>
      )}
    </>
  );
}

/** A ticket does not say who holds it, but a buyer finds it among their own orders. */
function OwnHold({ ticketId }: { readonly ticketId: string }) {
  const { data } = useQuery(OrderService.method.listOrders, { pageSize: 20 }, { staleTime: 5_000 });
  const order = data?.orders.find((candidate) => candidate.ticketId === ticketId && isOpen(candidate.status));
  if (!order) return null;
  return (
    <>
      <p>It is held for you.</p>
      <ButtonLink to={paths.checkout(order.id)} kind="primary">
        Go on to payment
      </ButtonLink>
    </>
  );
}
