import { useInfiniteQuery, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { problemOf, readError } from "../../api/errors.ts";
import { patchTickets } from "../../api/patch.ts";
import { ticketWord } from "../../api/ticketWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { LoadMore } from "../../ui/LoadMore.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { formatMoney } from "../../ui/money.ts";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { State } from "../../ui/State.tsx";

/** ListingsPage is what a seller has on the market, and had. */
export function ListingsPage() {
  const { data, error, ...list } = useInfiniteQuery(
    TicketService.method.listTickets,
    { mine: true, pageSize: 30, pageToken: "" },
    // One's own new listing is not streamed into a list that was loaded before it.
    {
      pageParamKey: "pageToken",
      getNextPageParam: (page) => page.nextPageToken || undefined,
      refetchOnMount: "always",
    },
  );
  const [withdrawing, setWithdrawing] = useState<Ticket>();
  const tickets = data?.pages.flatMap((page) => page.tickets);

  return (
    <Page
      title="My listings"
      actions={
        <ButtonLink to={paths.sell} kind="primary">
          Sell a ticket
        </ButtonLink>
      }
    >
      {error && (
        <Banner
          tone="error"
          requestId={readError(error).requestId}
          actions={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {readError(error).sentence}
        </Banner>
      )}
      {!tickets && !error && <Skeletons count={4} kind="row" />}
      {tickets?.length === 0 && (
        <Empty title="Nothing listed yet" action={<ButtonLink to={paths.sell}>List your first ticket</ButtonLink>}>
          A ticket you cannot use makes somebody else's evening. Listing takes a minute.
        </Empty>
      )}
      {tickets && tickets.length > 0 && (
        <ul className="rows" aria-label="My listings">
          {tickets.map((ticket) => (
            <li key={ticket.id}>
              <ListingRow ticket={ticket} onWithdraw={() => setWithdrawing(ticket)} />
            </li>
          ))}
        </ul>
      )}
      <LoadMore more={list.hasNextPage} pending={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
      {withdrawing && (
        <WithdrawDialog key={withdrawing.id} ticket={withdrawing} onClose={() => setWithdrawing(undefined)} />
      )}
    </Page>
  );
}

function ListingRow({ ticket, onWithdraw }: { readonly ticket: Ticket; readonly onWithdraw: () => void }) {
  return (
    <article className="row" aria-label={ticket.title}>
      <div className="row-main">
        <Link to={paths.ticket(ticket.id)} className="row-title">
          {ticket.title}
        </Link>
        <p className="row-note">
          <State state={ticketWord(ticket.status)} />
          {ticket.status === TicketStatus.RESERVED && ticket.reservedUntil && (
            <span>
              held until <Moment at={timestampDate(ticket.reservedUntil)} />
            </span>
          )}
        </p>
      </div>
      <span className="row-price">{ticket.price && formatMoney(ticket.price)}</span>
      <div className="row-actions">
        {ticket.status === TicketStatus.AVAILABLE && (
          <>
            <ButtonLink to={paths.editListing(ticket.id)}>
              Edit<span className="hidden"> {ticket.title}</span>
            </ButtonLink>
            <Button onClick={onWithdraw}>Withdraw</Button>
          </>
        )}
        {ticket.status === TicketStatus.RESERVED && <p className="row-hint">Cannot be changed while it is held</p>}
      </div>
    </article>
  );
}

function WithdrawDialog({ ticket, onClose }: { readonly ticket: Ticket; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const { mutate, error, isPending } = useMutation(TicketService.method.withdrawTicket, {
    onSuccess: ({ ticket: withdrawn }) => {
      if (withdrawn) patchTickets(queryClient, [withdrawn]);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title="Withdraw this ticket?"
      confirm="Withdraw ticket"
      keep="Keep it listed"
      error={problemOf(error)}
      pending={isPending}
      onConfirm={() => mutate({ ticketId: ticket.id })}
      onClose={onClose}
    >
      <strong>{ticket.title}</strong> leaves the market for good. To sell it after all you would list it anew.
    </ConfirmDialog>
  );
}
