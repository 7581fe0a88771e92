import { startFixture, ids } from "./rpc.fixture.ts";
import { createClient } from "@connectrpc/connect";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
for (const name of ["gRPC", "Connect JSON", "gRPC-Web"]) for (const what of ["get", "deadline", "stream","big"]) {
  const f = await startFixture();
  const c = createClient(TicketService, f.transports[name]!);
  if (what === "get") await c.getTicket({ ticketId: ids.ticket });
  if (what === "deadline") await c.getTicket({ ticketId: ids.slow }, { timeoutMs: 50 }).catch((e) => console.log(String(e)));
  if (what === "big") await c.listTickets({ query: "x".repeat(10_000_000) }).catch((e) => console.log(String(e)));
  if (what === "stream") { const abort = new AbortController(); for await (const _ of c.watchTickets({}, {signal: abort.signal})) break; abort.abort() }
  const t = performance.now();
  const r = await Promise.all([f.grpc.stop(100).then(()=>"g "+(performance.now()-t)), Promise.race([f.http.stop(100).then(()=>"h "+(performance.now()-t)), new Promise(r=>setTimeout(r,3000,"HTTP hangs"))])].map(p=>Promise.race([p,new Promise(r=>setTimeout(r,3000,"hangs"))])));
  console.log(name, what, r);
}
process.exit(0)
