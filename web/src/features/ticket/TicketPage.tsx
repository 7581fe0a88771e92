import { useQuery } from "@connectrpc/connect-query";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { useParams } from "react-router";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { readError } from "../../api/errors.ts";
import { useSession } from "../../api/session/session.ts";
import { ticketWord } from "../../api/ticketWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { formatMoney } from "../../ui/money.ts";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { State } from "../../ui/State.tsx";
import { Stub, StubPrice } from "../../ui/Stub.tsx";
import { BuyPanel } from "./BuyPanel.tsx";
import { SellerPanel, sellerText } from "./SellerPanel.tsx";
import { useOwnOrder } from "./useOwnOrder.ts";

/** TicketPage shows one ticket as it is at this moment, and sells it. */
export function TicketPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = useQuery(TicketService.method.getTicket, { ticketId: id });
  if (data?.ticket) return <TicketView ticket={data.ticket} />;
  if (!error) {
    return (
      <Page title="Ticket">
        <Skeletons count={1} kind="block" />
      </Page>
    );
  }
  const { reason, sentence, requestId } = readError(error);
  return reason === "TICKET_NOT_FOUND" || reason === "VALIDATION_FAILED" ? (
    <Page title="Ticket not found" width="narrow">
      <Empty
        title="There is no such ticket"
        action={<ButtonLink to={paths.tickets}>See the tickets for sale</ButtonLink>}
      >
        The address may be mistyped.
      </Empty>
    </Page>
  ) : (
    <Page title="Ticket">
      <Banner tone="error" requestId={requestId} actions={<Button onClick={() => void refetch()}>Try again</Button>}>
        {sentence}
      </Banner>
    </Page>
  );
}

function TicketView({ ticket }: { readonly ticket: Ticket }) {
  const session = useSession();
  const ownOrder = useOwnOrder(ticket);
  const mine = session.status === "signed-in" && session.user.id === ticket.sellerId;
  const price = ticket.price ? formatMoney(ticket.price) : "";
  return (
    <Page title={ticket.title} description={`${ticket.title} for ${price} on GitTix.`}>
      <Stub
        id={ticket.id}
        size="large"
        main={
          <>
            <p className="ticket-state" aria-live="polite">
              <State state={ticketWord(ticket.status)} />
              {mine && <span className="tag">Yours</span>}
            </p>
            <p className="ticket-text">
              {mine
                ? sellerText(ticket.status)
                : ownOrder
                  ? "This ticket is held for you. Pay for it before the time is up."
                  : stateText(ticket)}
            </p>
            {ticket.createdAt && (
              <p className="muted">
                Listed <Moment at={timestampDate(ticket.createdAt)} />
              </p>
            )}
          </>
        }
        side={
          <>
            <StubPrice amount={ticket.price} />
            {mine ? <SellerPanel ticket={ticket} /> : <BuyPanel ticket={ticket} ownOrder={ownOrder} />}
          </>
        }
      />
    </Page>
  );
}

/** Who holds a ticket is nobody's business; until when is everybody's. */
function stateText(ticket: Ticket) {
  switch (ticket.status) {
    case TicketStatus.RESERVED:
      return (
        <>
          Somebody is buying this ticket. It is held
          {ticket.reservedUntil ? (
            <>
              {" until "}
              <Moment at={timestampDate(ticket.reservedUntil)} />
            </>
          ) : (
            " for a few minutes"
          )}
          , and if they do not pay, it is free again. This page shows it by itself.
        </>
      );
    case TicketStatus.SOLD:
      return "This ticket has found its owner.";
    case TicketStatus.WITHDRAWN:
      return "The seller has taken this ticket off the market.";
    default:
      return "It is held for you as soon as you press Buy, so that you can pay in peace.";
  }
}
