import { useLocation, useNavigate } from "react-router";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { readError } from "../../api/errors.ts";
import { usePurchase } from "../../api/purchase.ts";
import { useSession } from "../../api/session/session.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { paths, withNext } from "../../ui/paths.ts";

/** BuyPanel is the way from a ticket to an order: one click, and the ticket is held. */
export function BuyPanel({ ticket, ownOrder }: { readonly ticket: Ticket; readonly ownOrder: Order | undefined }) {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const session = useSession();
  const { mutate, error, isPending } = usePurchase((order) =>
    navigate(order.status === OrderStatus.COMPLETED ? paths.order(order.id) : paths.checkout(order.id)),
  );

  if (ownOrder) {
    return (
      <ButtonLink to={paths.checkout(ownOrder.id)} kind="primary">
        Go on to payment
      </ButtonLink>
    );
  }
  if (ticket.status !== TicketStatus.AVAILABLE) return <ButtonLink to={paths.tickets}>See other tickets</ButtonLink>;

  const buy = () =>
    session.status === "signed-in" ? mutate(ticket.id) : void navigate(withNext(paths.signIn, pathname));
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
