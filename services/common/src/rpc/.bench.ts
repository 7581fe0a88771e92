import { Client, ChannelCredentials, Metadata } from "@grpc/grpc-js";
import { createRpcClient } from "./client.ts";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
const { info } = await import("./.bench-server.ts");
const asIs = (b: Buffer) => b;
const raw = new Client(`127.0.0.1:${info.echo}`, ChannelCredentials.createInsecure());
const body = Buffer.alloc(38, 1);
const md = () => { const m = new Metadata(); return m; };
const full = () => { const m = new Metadata(); m.set("authorization", "Bearer " + info.token); m.set("x-service-authorization", "Bearer " + info.svc); m.set("x-request-id", "0198b4a2-0000-7000-8000-000000000001"); m.set("traceparent","00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"); return m; };
const rawOurs = new Client(`127.0.0.1:${info.ours}`, ChannelCredentials.createInsecure());
const req = Buffer.from([10, 36, ...Buffer.from(info.ids.ticket)]);
const t = createRpcClient(TicketService, { address: `127.0.0.1:${info.ours}`, serviceToken: () => info.svc });
const rs = createRpcClient(ReservationService, { address: `127.0.0.1:${info.ours}`, serviceToken: () => info.svc });
const call = (c: Client, path: string, b: Buffer, m: () => Metadata) => new Promise<void>((res) => c.makeUnaryRequest(path, asIs, asIs, b, m(), { deadline: Date.now() + 3000 }, () => res()));
const kinds: Record<string, () => Promise<unknown>> = {
  echo: () => call(raw, "/x.E/Echo", body, md),
  echoFullHeaders: () => call(raw, "/x.E/Echo", body, full),
  oursRawClient: () => call(rawOurs, "/gittix.tickets.v1.TicketService/GetTicket", req, md),
  oursRawFullHeaders: () => call(rawOurs, "/gittix.tickets.v1.TicketService/GetTicket", req, full),
  oursBoth: () => t.client.getTicket({ ticketId: info.ids.ticket }),
  refusedBoth: () => t.client.getTicket({ ticketId: info.ids.missing }).catch(() => {}),
  refused: () => call(rawOurs, "/gittix.tickets.v1.TicketService/GetTicket", Buffer.from([10, 36, ...Buffer.from(info.ids.missing)]), full),
};
for (let round = 0; round < 3; round++) for (const [k, f] of Object.entries(kinds)) {
  if (process.env.ONLY && k !== process.env.ONLY) continue;
  let n = 0; const N = 6000; const c = process.cpuUsage();
  await Promise.all(Array.from({ length: 64 }, async () => { while (n < N) { n++; await f(); } }));
  const u = process.cpuUsage(c);
  console.log(k.padEnd(20), ((u.user + u.system) / N).toFixed(1), "us cpu per call");
}
process.exit(0);
