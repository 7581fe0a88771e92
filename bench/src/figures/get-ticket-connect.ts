import { Agent, request as httpRequest } from "node:http";
import { create, fromJsonString, toBinary } from "@bufbuild/protobuf";
import { GetTicketResponseSchema } from "@gittix/proto/tickets/v1/ticket_service";
import type { Figure } from "../figure.ts";
import type { ConnectSetup } from "../floors/connect.ts";
import { startHelper } from "../helper.ts";
import { runLoad } from "../load.ts";
import { compare } from "../rounds.ts";
import { rateResult } from "../words.ts";

const callers = 64;
const path = "/gittix.tickets.v1.TicketService/GetTicket";

/** getTicketConnect measures what a browser calls: Connect in JSON over HTTP/1.1, for tickets one after another. */
export const getTicketConnect: Figure = {
  name: "get-ticket-connect",
  async measure(bench) {
    const { market, host, stock } = bench;
    const ids = Array.from({ length: 2000 }, () => stock.take());
    let turn = 0;
    const body = () => JSON.stringify({ ticketId: ids[turn++ % ids.length] });
    const agent = new Agent({ keepAlive: true });
    const tickets = market.of("tickets").http + path;
    const message = fromJsonString(GetTicketResponseSchema, await post(agent, tickets, body()));
    const answer = toBinary(GetTicketResponseSchema, create(GetTicketResponseSchema, message));
    const floor = await startHelper<string>("floors/connect.ts", { host, answer } satisfies ConnectSetup);
    const comparison = await compare(
      bench,
      callers,
      (load) => runLoad(load, () => post(agent, tickets, body())),
      (load) => runLoad(load, () => post(agent, floor.ready + path, body())),
    );
    agent.destroy();
    await floor.end();
    return [rateResult("GetTicket, Connect JSON over HTTP/1.1, 64 callers", comparison, callers, 0.6)];
  },
};

/** Node's own HTTP client weighs less than fetch. */
function post(agent: Agent, url: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const request = httpRequest(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.once("end", () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`HTTP ${response.statusCode}: ${text}`)),
      );
    });
    request.once("error", reject);
    request.end(body);
  });
}
