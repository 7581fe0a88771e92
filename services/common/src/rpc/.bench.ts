import { spawn } from "node:child_process";
import { Client, ChannelCredentials, Metadata } from "@grpc/grpc-js";
import { createRpcClient } from "./client.ts";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
const child = spawn(process.execPath, [...(process.env.PROF ? ["--cpu-prof", "--cpu-prof-dir=/tmp/prof"] : []), "services/common/src/rpc/.bench-server.ts"], { env: { ...process.env, LL: "warn" }, stdio: ["ignore", "pipe", "inherit"] });
const info: any = await new Promise((r) => child.stdout.once("data", (d) => r(JSON.parse(String(d)))));
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
  refused: () => call(rawOurs, "/gittix.tickets.v1.TicketService/GetTicket", Buffer.from([10, 36, ...Buffer.from(info.ids.missing)]), full),
};
for (let round = 0; round < 3; round++) for (const [k, f] of Object.entries(kinds)) {
  if (process.env.ONLY && k !== process.env.ONLY) continue;
  let n = 0; const end = performance.now() + 2000; const s = performance.now();
  await Promise.all(Array.from({ length: 64 }, async () => { while (performance.now() < end) { await f(); n++; } }));
  console.log(k, Math.round(n / (performance.now() - s) * 1000));
}
child.kill("SIGINT"); child.on("exit", () => process.exit(0));
