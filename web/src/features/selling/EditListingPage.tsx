import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { useParams } from "react-router";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { readError } from "../../api/errors.ts";
import { useSession } from "../../api/session/session.ts";
import { ticketWord } from "../../api/ticketWords.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button, ButtonLink } from "../../ui/Button.tsx";
import { Skeletons } from "../../ui/Empty.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { State } from "../../ui/State.tsx";
import { EditForm } from "./EditForm.tsx";

/** EditListingPage changes a ticket that nobody has ordered. */
export function EditListingPage() {
  const { id = "" } = useParams();
  const session = useSession();
  const { data, error } = useQuery(TicketService.method.getTicket, { ticketId: id });
  const mine = session.status === "signed-in" && data?.ticket?.sellerId === session.user.id;
  return (
    <Page
      title="Edit listing"
      width="narrow"
      lead={data?.ticket && mine ? <State state={ticketWord(data.ticket.status)} /> : undefined}
    >
      {error && <Banner tone="error">{readError(error).sentence}</Banner>}
      {!data && !error && <Skeletons count={1} kind="block" />}
      {data?.ticket && !mine && (
        <Banner tone="info" actions={<ButtonLink to={paths.ticket(id)}>See the ticket</ButtonLink>}>
          Only the seller can change this ticket.
        </Banner>
      )}
      {data?.ticket && mine && <Editing ticket={data.ticket} />}
    </Page>
  );
}

/**
 * What is typed stands on what was read. A lock that comes and goes leaves that alone, so the newest
 * version is expected; a title or price that somebody changed elsewhere does not, and has to be looked at.
 */
function Editing({ ticket }: { readonly ticket: Ticket }) {
  const [read, setRead] = useState(ticket);
  if (sameContent(read, ticket)) return <EditForm key={read.version} ticket={ticket} />;
  return (
    <>
      <Banner tone="warning" actions={<Button onClick={() => setRead(ticket)}>Load the new text</Button>}>
        This listing was changed somewhere else while you had it open.
      </Banner>
      <EditForm
        key={read.version}
        ticket={{ ...ticket, title: read.title, price: read.price, version: read.version }}
      />
    </>
  );
}

function sameContent(a: Ticket, b: Ticket): boolean {
  return (
    a.title === b.title &&
    a.price?.amountMinor === b.price?.amountMinor &&
    a.price?.currencyCode === b.price?.currencyCode
  );
}
