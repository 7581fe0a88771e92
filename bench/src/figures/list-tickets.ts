import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ListTicketsRequestSchema, ListTicketsResponseSchema } from "@gittix/proto/tickets/v1/ticket_service";
import type { Figure } from "../figure.ts";
import type { EchoSetup } from "../floors/echo.ts";
import { openCaller } from "../grpc-caller.ts";
import { startHelper } from "../helper.ts";
import { runLoad } from "../load.ts";
import { compare } from "../rounds.ts";
import { rateResult } from "../words.ts";

const callers = 64;
const path = "/gittix.tickets.v1.TicketService/ListTickets";
/** Pages that are asked for in turn, so that no two calls under way are for the same one. */
const pagesMax = 500;

/** listTickets measures pages of 20 out of all tickets, against an echo that answers as many bytes. */
export const listTickets: Figure = {
  name: "list-tickets",
  async measure(bench) {
    const { market, host } = bench;
    const tickets = openCaller(market.of("tickets").grpc);
    const requests: Buffer[] = [];
    let answer: Buffer = Buffer.alloc(0);
    for (let pageToken = ""; requests.length < pagesMax;) {
      const request = Buffer.from(toBinary(ListTicketsRequestSchema, create(ListTicketsRequestSchema, { pageToken })));
      requests.push(request);
      answer = await tickets.call(path, request);
      const page = fromBinary(ListTicketsResponseSchema, answer);
      if (page.tickets.length !== 20) throw new Error(`a page of ${page.tickets.length} tickets`);
      pageToken = page.nextPageToken;
    }
    let turn = 0;
    const request = () => requests[turn++ % requests.length] ?? Buffer.alloc(0);

    const echo = await startHelper<string>("floors/echo.ts", { host, path, answer } satisfies EchoSetup);
    const echoed = openCaller(echo.ready);
    const comparison = await compare(
      bench,
      callers,
      (load) => runLoad(load, () => tickets.call(path, request())),
      (load) => runLoad(load, () => echoed.call(path, request())),
    );
    tickets.close();
    echoed.close();
    await echo.end();
    const result = rateResult("ListTickets, 20 of 100,000, 64 callers", comparison, callers, 0.4);
    return [{ ...result, numbers: { ...result.numbers, answerBytes: answer.length } }];
  },
};
