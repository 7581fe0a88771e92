import { useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { TicketStatus, type Ticket } from "@gittix/proto/tickets/v1/ticket";
import { problemOf } from "../../api/errors.ts";
import { patchTickets } from "../../api/patch.ts";
import { ButtonLink } from "../../ui/Button.tsx";
import { Form, textOf } from "../../ui/Form.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { parsePrice, toDecimal } from "../../ui/money.ts";
import { paths } from "../../ui/paths.ts";
import { fieldProblem, type Problem } from "../../ui/problem.ts";
import { ListingFields } from "./ListingFields.tsx";

/** EditForm is closed, and says why, while the ticket cannot be changed; it opens by itself. */
export function EditForm({ ticket }: { readonly ticket: Ticket }) {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const currencyCode = ticket.price?.currencyCode ?? "USD";
  const [mistake, setMistake] = useState<Problem>();
  const { mutate, error, isPending } = useMutation(TicketService.method.updateTicket, {
    onSuccess: ({ ticket: saved }) => {
      if (saved) patchTickets(queryClient, [saved]);
      return navigate(paths.listings);
    },
  });

  const submit = (data: FormData) => {
    const price = parsePrice(textOf(data, "price"), currencyCode);
    if ("problem" in price) return setMistake(fieldProblem("price", price.problem));
    setMistake(undefined);
    mutate({
      ticketId: ticket.id,
      title: textOf(data, "title"),
      price: { ...price, currencyCode },
      expectedVersion: ticket.version,
    });
  };

  return (
    <Form
      submit="Save"
      error={mistake ?? problemOf(error)}
      pending={isPending}
      onSubmit={submit}
      disabledBecause={closedBecause(ticket)}
      aside={<ButtonLink to={paths.listings}>Back to my listings</ButtonLink>}
    >
      <ListingFields
        title={ticket.title}
        price={ticket.price ? toDecimal(ticket.price) : ""}
        currencyCode={currencyCode}
      />
    </Form>
  );
}

function closedBecause(ticket: Ticket) {
  switch (ticket.status) {
    case TicketStatus.RESERVED:
      return (
        <>
          Somebody is buying this ticket, so its title and price cannot change.
          {ticket.reservedUntil && (
            <>
              {" It is held until "}
              <Moment at={timestampDate(ticket.reservedUntil)} />. If it is not paid by then, you can edit it again.
            </>
          )}
        </>
      );
    case TicketStatus.SOLD:
      return "This ticket is sold and cannot be changed any more.";
    case TicketStatus.WITHDRAWN:
      return "You have withdrawn this ticket. It cannot be changed any more.";
    default:
      return undefined;
  }
}
