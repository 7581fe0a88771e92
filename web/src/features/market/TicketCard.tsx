import { memo } from "react";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { ticketWord } from "../../api/ticketWords.ts";
import { paths } from "../../ui/paths.ts";
import { State } from "../../ui/State.tsx";
import { StubLink, StubPrice } from "../../ui/Stub.tsx";

/** TicketCard is one ticket of the market. It is drawn again only when its ticket changes. */
export const TicketCard = memo(function TicketCard({
  ticket,
  mine,
}: {
  readonly ticket: Ticket;
  readonly mine: boolean;
}) {
  const gone = ticket.status === TicketStatus.SOLD || ticket.status === TicketStatus.WITHDRAWN;
  return (
    <StubLink
      to={paths.ticket(ticket.id)}
      id={ticket.id}
      faded={gone}
      main={
        <>
          <span className="stub-title">{ticket.title}</span>
          <span className="stub-states">
            <State state={ticketWord(ticket.status)} />
            {mine && <span className="tag">Yours</span>}
          </span>
        </>
      }
      side={<StubPrice amount={ticket.price} />}
    />
  );
});
