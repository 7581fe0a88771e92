import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fromBinary } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { GetTicketResponseSchema, TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { beHelper } from "../helper.ts";

/** ConnectSetup is the message to answer with. */
export interface ConnectSetup {
  readonly host: string;
  readonly answer: Uint8Array;
}

// A bare connect-node handler over HTTP/1.1, which has its answer at hand.
beHelper(async ({ host, answer }: ConnectSetup) => {
  const message = fromBinary(GetTicketResponseSchema, answer);
  const adapter = connectNodeAdapter({
    routes: (router) => router.service(TicketService, { getTicket: () => message }),
  });
  const server = createServer(adapter);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return { ready: `http://${host}:${port}`, close: async () => void server.close() };
});
