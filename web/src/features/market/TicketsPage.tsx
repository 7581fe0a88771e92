import { useInfiniteQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { readError } from "../../api/errors.ts";
import { useSession } from "../../api/session/session.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Empty, Skeletons } from "../../ui/Empty.tsx";
import { LoadMore } from "../../ui/LoadMore.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { SearchBar } from "./SearchBar.tsx";
import { readSearch, sorts, writeSearch, type Search } from "./search.ts";
import { TicketCard } from "./TicketCard.tsx";
import { useNewListings } from "./useNewListings.ts";
import { TicketNewsReader } from "./TicketNewsReader.tsx";

const pageSize = 24;

/** TicketsPage is the market: all tickets, as they are at this moment. */
export function TicketsPage() {
  const [params, setParams] = useSearchParams();
  const search = readSearch(params);
  const { data, error, isPlaceholderData, ...list } = useInfiniteQuery(
    TicketService.method.listTickets,
    {
      query: search.query.trim(),
      availableOnly: search.availableOnly,
      sort: sorts[search.sort].value,
      pageSize,
      pageToken: "",
    },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (page) => page.nextPageToken || undefined,
      // The old results stay while the new ones come, so that typing does not make the page blink.
      placeholderData: keepPreviousData,
    },
  );
  const tickets = data?.pages.flatMap((page) => page.tickets);
  const fresh = useNewListings(() => void list.refetch(), data?.pages.length === 1);

  return (
    <Page
      title="Tickets for sale"
      description="Concerts, theatre, sport: tickets from people to people, held for you while you pay."
      lead="Pick one, and it is held for you while you pay."
    >
      <SearchBar
        search={search}
        onChange={(next) => setParams(writeSearch(next), { replace: true, preventScrollReset: true })}
      />
      {fresh.count > 0 && (
        <div className="new-listings">
          <Button onClick={fresh.show}>
            {fresh.count === 1 ? "Show 1 new ticket" : `Show ${fresh.count} new tickets`}
          </Button>
        </div>
      )}
      {error && (
        <Banner
          tone="error"
          requestId={readError(error).requestId}
          actions={<Button onClick={() => void list.refetch()}>Try again</Button>}
        >
          {readError(error).sentence}
        </Banner>
      )}
      {!tickets && !error && <Skeletons count={9} kind="card" />}
      {tickets?.length === 0 && <NothingFound search={search} />}
      {tickets && tickets.length > 0 && <TicketGrid tickets={tickets} stale={isPlaceholderData} />}
      <LoadMore more={list.hasNextPage} pending={list.isFetchingNextPage} onMore={() => void list.fetchNextPage()} />
    </Page>
  );
}

function TicketGrid({ tickets, stale }: { readonly tickets: readonly Ticket[]; readonly stale: boolean }) {
  const session = useSession();
  const userId = session.status === "signed-in" ? session.user.id : undefined;
  return (
    <>
      <ul className="ticket-grid" aria-label="Tickets" aria-busy={stale}>
        {tickets.map((ticket) => (
          <li key={ticket.id}>
            <TicketCard ticket={ticket} mine={ticket.sellerId === userId} />
          </li>
        ))}
      </ul>
      <TicketNewsReader />
    </>
  );
}

function NothingFound({ search }: { readonly search: Search }) {
  const narrowed = search.query !== "" || search.availableOnly;
  return narrowed ? (
    <Empty title="No ticket fits" action={<ButtonLink to={paths.tickets}>Show all tickets</ButtonLink>}>
      Try fewer or shorter words{search.availableOnly && ", or show tickets that are reserved or sold as well"}.
    </Empty>
  ) : (
    <Empty
      title="No tickets yet"
      action={
        <ButtonLink to={paths.sell} kind="primary">
          Sell a ticket
        </ButtonLink>
      }
    >
      As soon as somebody lists a ticket, it appears here by itself. It could be yours.
    </Empty>
  );
}
