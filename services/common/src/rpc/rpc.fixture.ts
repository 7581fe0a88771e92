import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import type { ServiceImpl, Transport } from "@connectrpc/connect";
import { TicketSchema } from "@gittix/proto/tickets/v1/ticket";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose";
import { failure } from "../errors.ts";
import { userOf } from "../identity/caller.ts";
import { createServiceTokenVerifier } from "../identity/service-tokens.ts";
import { createUserTokenVerifier } from "../identity/user-tokens.ts";
import { createLog } from "../log.ts";
import { startGrpcServer } from "./grpc-server.ts";
import { startHttpServer, type HttpRoute } from "./http-server.ts";
import { serviceInterceptors } from "./interceptors.ts";
import { warmValidation } from "./interceptors/validation.ts";
import { createCallMetrics, metricsRoute } from "./metrics.ts";
import { internalService, publicService, type Mount } from "./mount.ts";

/** Ids that mean something to the services of the fixture. */
export const ids = {
  ticket: "0198b4a2-0000-7000-8000-000000000001",
  missing: "0198b4a2-0000-7000-8000-000000000002",
  broken: "0198b4a2-0000-7000-8000-000000000003",
  slow: "0198b4a2-0000-7000-8000-000000000004",
  order: "0198b4a2-0000-7000-8000-000000000005",
  user: "0198b4a2-0000-7000-8000-000000000006",
} as const;

/** A secret that a careless handler puts into its error; it must appear nowhere. */
export const secret = "hunter2";

/** Both servers with a part of the real contracts, and everything that a test wants to look at. */
export async function startFixture(overrides: { readonly tickets?: Partial<ServiceImpl<typeof TicketService>> } = {}) {
  const users = await generateKeyPair("ES256");
  const services = await generateKeyPair("ES256");
  const strangers = await generateKeyPair("ES256");
  const lines: string[] = [];
  const log = createLog("tickets", "debug", { write: (line) => void lines.push(line) });
  const metrics = createCallMetrics();
  const seen: Seen = { headers: [], aborted: [] };
  const interceptors = serviceInterceptors({
    log,
    metrics,
    userTokens: createUserTokenVerifier({
      issuer: "gittix-auth",
      audience: "gittix",
      keys: async () => ({ keys: [{ ...(await exportJWK(users.publicKey)), alg: "ES256", kid: "u" }] }),
    }),
    serviceTokens: createServiceTokenVerifier({
      issuer: "gittix-local",
      audience: "gittix",
      jwks: JSON.stringify({ keys: [{ ...(await exportJWK(services.publicKey)), alg: "ES256", kid: "s" }] }),
      subjectPrefix: "system:",
    }),
  });
  const mounts: Mount[] = [
    publicService(TicketService, { ...ticketService(seen), ...overrides.tickets }),
    internalService(ReservationService, reservationService),
  ];
  warmValidation(mounts);
  const state = { ready: true };
  const echo: HttpRoute = {
    method: "POST",
    path: "/echo",
    handle: ({ body }) => ({ status: 200, body: body.toString("hex") }),
  };
  const doors = { mounts, interceptors, host: "127.0.0.1", port: 0, log, ready: () => state.ready };
  const grpc = await startGrpcServer(doors);
  const http = await startHttpServer({ ...doors, routes: [echo, metricsRoute(metrics)] });
  const tokens = {
    user: (claims: object = {}) =>
      sign(users.privateKey, "u", { iss: "gittix-auth", sub: ids.user, role: "user", sid: "s1", ...claims }),
    service: (claims: object = {}) =>
      sign(services.privateKey, "s", { iss: "gittix-local", sub: "system:orders", ...claims }),
    forged: () => sign(strangers.privateKey, "u", { iss: "gittix-auth", sub: ids.user, role: "operator", sid: "s1" }),
  };
  return {
    grpc,
    http,
    httpUrl: `http://127.0.0.1:${http.port}`,
    grpcAddress: `127.0.0.1:${grpc.port}`,
    mounts,
    state,
    seen,
    metrics,
    tokens,
    log: () => lines.join(""),
    transports: transports(grpc.port, http.port),
    stop: async () => {
      await Promise.all([grpc.stop(100), http.stop(100)]);
    },
  };
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

/** What handlers have met. */
interface Seen {
  readonly headers: Headers[];
  readonly aborted: unknown[];
}

/** Every way in which the two servers can be spoken to, by name. */
function transports(grpcPort: number, httpPort: number): Record<string, Transport> {
  const http = { baseUrl: `http://127.0.0.1:${httpPort}`, httpVersion: "1.1" as const };
  return {
    // Node's own client gives up a session that has more than 10 MB to send.
    gRPC: createGrpcTransport({ baseUrl: `http://127.0.0.1:${grpcPort}`, nodeOptions: { maxSessionMemory: 64 } }),
    "Connect JSON": createConnectTransport({ ...http, useBinaryFormat: false }),
    "Connect binary": createConnectTransport({ ...http, useBinaryFormat: true }),
    "gRPC-Web": createGrpcWebTransport({ ...http, useBinaryFormat: true }),
    "gRPC-Web JSON": createGrpcWebTransport({ ...http, useBinaryFormat: false }),
  };
}

function ticketService(seen: Seen): ServiceImpl<typeof TicketService> {
  const ticket = (id: string) => create(TicketSchema, { id, title: "A concert", version: 1 });
  const unused = () => {
    throw new Error("not part of this fixture");
  };
  return {
    createTicket: (request, context) => ({
      ticket: { id: ids.ticket, title: request.title, sellerId: userOf(context).id },
    }),
    updateTicket: unused,
    withdrawTicket: () => {
      const leak = Object.assign(new Error("duplicate entry"), { parameters: [secret] });
      throw new Error("could not save", { cause: leak });
    },
    async getTicket({ ticketId }, context) {
      seen.headers.push(context.requestHeader);
      context.responseHeader.set("x-answer", "header");
      context.responseTrailer.set("x-answer-trailer", "trailer");
      if (ticketId === ids.missing) throw failure("TICKET_NOT_FOUND", "There is no such ticket: Ünïcode €.");
      if (ticketId === ids.broken) throw new Error(`the database says ${secret}`);
      if (ticketId === ids.slow) await aborted(context.signal, seen);
      return { ticket: ticket(ticketId) };
    },
    listTickets: () => ({ tickets: [ticket(ids.ticket)], nextPageToken: "" }),
    async *watchTickets(request, context) {
      context.responseHeader.set("x-answer", "header");
      yield { event: { case: "heartbeat", value: {} } };
      for (const id of request.ticketIds) {
        if (id === ids.missing) throw failure("TICKET_NOT_FOUND", "There is no such ticket.");
        yield { event: { case: "ticket", value: ticket(id) } };
      }
      if (request.ticketIds.length === 0) await aborted(context.signal, seen);
    },
  };
}

const reservationService: ServiceImpl<typeof ReservationService> = {
  reserveTicket() {
    const metadata = { reserved_until: timestampFromMs(0).seconds.toString() };
    throw failure("TICKET_RESERVED", "Somebody else has it.", { metadata });
  },
  releaseTicket: () => ({ released: true }),
};

/** Waits for the end of the call alone, as a handler does that has nothing to say. */
function aborted(signal: AbortSignal, seen: Seen): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => {
      const reason: unknown = signal.reason;
      seen.aborted.push(reason);
      reject(reason instanceof Error ? reason : new Error("aborted"));
    };
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

function sign(key: CryptoKey, kid: string, claims: object): Promise<string> {
  return new SignJWT({ aud: "gittix", exp: Math.floor(Date.now() / 1000) + 60, ...claims })
    .setProtectedHeader({ alg: "ES256", kid })
    .sign(key);
}

/** until waits for a condition, at most as long as a test may take. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
