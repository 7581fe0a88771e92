import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { problemOf } from "../../api/errors.ts";
import { Form, textOf } from "../../ui/Form.tsx";
import { parsePrice } from "../../ui/money.ts";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { fieldProblem, type Problem } from "../../ui/problem.ts";
import { ListingFields } from "./ListingFields.tsx";
import { useMarketCurrency } from "./useMarketCurrency.ts";

/** SellPage lists a ticket. */
export function SellPage() {
  const navigate = useNavigate();
  const currencyCode = useMarketCurrency();
  const [mistake, setMistake] = useState<Problem>();
  const { mutate, error, isPending } = useMutation(TicketService.method.createTicket, {
    onSuccess: ({ ticket }) => navigate(ticket ? paths.ticket(ticket.id) : paths.listings),
  });

  const submit = (data: FormData) => {
    const price = parsePrice(textOf(data, "price"), currencyCode);
    if ("problem" in price) return setMistake(fieldProblem("price", price.problem));
    setMistake(undefined);
    mutate({ title: textOf(data, "title"), price: { ...price, currencyCode } });
  };

  return (
    <Page
      title="Sell a ticket"
      width="narrow"
      lead="It is on sale as soon as you list it. You can change or withdraw it until somebody orders it."
    >
      <Form submit="List ticket" error={mistake ?? problemOf(error)} pending={isPending} onSubmit={submit}>
        <ListingFields currencyCode={currencyCode} />
      </Form>
    </Page>
  );
}
