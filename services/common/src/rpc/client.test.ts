import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Code, ConnectError } from "@connectrpc/connect";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { withCallContext } from "../context.ts";
import { withinTransaction } from "../database/transaction-scope.ts";
import { failure, metadataOf, reasonOf } from "../errors.ts";
import { createRpcClient, type RpcClientOptions } from "./client.ts";
import { ids, startFixture, until, type Fixture } from "./rpc.fixture.ts";

const context = { requestId: "request-1", traceParent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" };
const reservation = { ticketId: ids.ticket, orderId: ids.order, buyerId: ids.user, expiresAt: { seconds: 1n } };

describe("a client of another service", () => {
  let fixture: Fixture;
  const closers: (() => void)[] = [];

  beforeEach(async () => {
    fixture = await startFixture();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) close();
    await fixture.stop();
  });

  const tickets = (options: Partial<RpcClientOptions> = {}) => {
    const { client, close } = createRpcClient(TicketService, { address: fixture.grpcAddress, ...options });
    closers.push(close);
    return client;
  };
  const reservations = (options: Partial<RpcClientOptions> = {}) => {
    const { client, close } = createRpcClient(ReservationService, { address: fixture.grpcAddress, ...options });
    closers.push(close);
    return client;
  };

  test("gives answers and carries headers both ways", async () => {
    const headers: (string | null)[] = [];
    const answer = await tickets().getTicket(
      { ticketId: ids.ticket },
      {
        headers: { "x-custom": "value" },
        onHeader: (header) => headers.push(header.get("x-answer")),
        onTrailer: (trailer) => headers.push(trailer.get("x-answer-trailer")),
      },
    );
    expect(answer.ticket?.id).toBe(ids.ticket);
    expect(headers).toEqual(["header", "trailer"]);
    expect(fixture.seen.headers[0]?.get("x-custom")).toBe("value");
  });

  test("gives another service's refusal back with its reason and metadata", async () => {
    const error = await failureOf(reservations({ serviceToken: fixture.tokens.service }).reserveTicket(reservation));
    expect([error.code, reasonOf(error)]).toEqual([Code.FailedPrecondition, "TICKET_RESERVED"]);
    expect(metadataOf(error)).toEqual({ reserved_until: "0" });
  });

  test("is let in only as a service that the contract names", async () => {
    const other = () => fixture.tokens.service({ sub: "system:payments" });
    const stranger = () => fixture.tokens.service({ sub: "orders" });
    expect(reasonOf(await failureOf(reservations({ serviceToken: other }).releaseTicket(reservation)))).toBe(
      "CALLER_NOT_ALLOWED",
    );
    expect(reasonOf(await failureOf(reservations({ serviceToken: stranger }).releaseTicket(reservation)))).toBe(
      "TOKEN_INVALID",
    );
    expect(reasonOf(await failureOf(reservations().releaseTicket(reservation)))).toBe("CALLER_NOT_ALLOWED");
    await expect(
      reservations({ serviceToken: fixture.tokens.service }).releaseTicket(reservation),
    ).resolves.toMatchObject({ released: true });
  });

  test("hands request id and trace on, and the user's token only when asked to", async () => {
    const authorization = `Bearer ${await fixture.tokens.user()}`;
    await withCallContext({ ...context, authorization }, async () => {
      await tickets().getTicket({ ticketId: ids.ticket });
      await tickets({ onBehalfOfUser: true }).getTicket({ ticketId: ids.ticket });
    });
    const [plain, behalf] = fixture.seen.headers;
    expect(plain?.get("x-request-id")).toBe(context.requestId);
    expect(plain?.get("traceparent")).toBe(context.traceParent);
    expect(plain?.get("authorization")).toBeNull();
    expect(behalf?.get("authorization")).toBe(authorization);
  });

  test("waits no longer than its deadline", async () => {
    const error = await failureOf(tickets({ deadlineMs: 50 }).getTicket({ ticketId: ids.slow }));
    expect(reasonOf(error)).toBe("DEADLINE_EXCEEDED");
  });

  test("waits no longer than the call that it serves", async () => {
    const call = withCallContext({ ...context, deadlineAt: Date.now() + 50 }, () =>
      tickets().getTicket({ ticketId: ids.slow }),
    );
    expect(reasonOf(await failureOf(call))).toBe("DEADLINE_EXCEEDED");
  });

  test("cancels a call when its signal says so", async () => {
    const abort = new AbortController();
    const call = failureOf(tickets().getTicket({ ticketId: ids.slow }, { signal: abort.signal }));
    await until(() => fixture.seen.headers.length === 1);
    abort.abort();
    expect(reasonOf(await call)).toBe("CALL_CANCELLED");
    await until(() => fixture.seen.aborted.length === 1);
  });

  test("says DEPENDENCY_UNAVAILABLE when nobody answers at the address", async () => {
    const client = tickets();
    await fixture.grpc.stop(0);
    expect(reasonOf(await failureOf(client.getTicket({ ticketId: ids.ticket })))).toBe("DEPENDENCY_UNAVAILABLE");
  });

  test("reads a stream, and its error", async () => {
    const kinds: (string | undefined)[] = [];
    const read = async () => {
      for await (const { event } of tickets().watchTickets({ ticketIds: [ids.ticket, ids.missing] }))
        kinds.push(event.case);
    };
    expect(reasonOf(await failureOf(read()))).toBe("TICKET_NOT_FOUND");
    expect(kinds).toEqual(["heartbeat", "ticket"]);
  });

  test("ends a stream that nobody reads on", async () => {
    for await (const _ of tickets().watchTickets({})) break;
    await until(() => fixture.seen.aborted.length > 0);
    expect(fixture.seen.aborted).toHaveLength(1);
  });

  test("refuses to call inside a database transaction", async () => {
    const never = new Proxy({}, {}) as Parameters<typeof withinTransaction>[1];
    const call = withinTransaction({}, never, () => tickets().getTicket({ ticketId: ids.ticket }));
    await expect(call).rejects.toThrow("must not happen inside a database transaction");
    expect(fixture.seen.headers).toHaveLength(0);
  });
});

describe("a client of a service that stumbles", () => {
  test.each([
    ["repeats an idempotent call", "getTicket" as const, 3],
    ["never repeats a call that changes something", "createTicket" as const, 1],
  ])("%s", async (_, method, calls) => {
    let attempts = 0;
    const stumble = () => {
      attempts += 1;
      if (attempts < 3) throw failure("DEPENDENCY_UNAVAILABLE", "Not now.");
      return {};
    };
    const fixture = await startFixture({ tickets: { getTicket: stumble, createTicket: stumble } });
    const { client, close } = createRpcClient(TicketService, { address: fixture.grpcAddress });
    const headers = { authorization: `Bearer ${await fixture.tokens.user()}` };
    const call =
      method === "getTicket"
        ? client.getTicket({ ticketId: ids.ticket })
        : client.createTicket({ title: "T", price: { amountMinor: 1 } }, { headers });
    await call.catch(() => {});
    expect(attempts).toBe(calls);
    close();
    await fixture.stop();
  });
});

describe("a client of two replicas", () => {
  test("goes round them, and loses no idempotent call when one goes", async () => {
    const [one, other] = await Promise.all([startFixture(), startFixture()]);
    const { client, close } = createRpcClient(TicketService, {
      address: `ipv4:${one.grpcAddress},${other.grpcAddress}`,
    });
    const callUntil = async (done: () => boolean) => {
      while (!done()) await client.getTicket({ ticketId: ids.ticket });
    };
    await callUntil(() => one.seen.headers.length > 2 && other.seen.headers.length > 2);
    const calls = Array.from({ length: 50 }, () => client.getTicket({ ticketId: ids.ticket }));
    const [answers] = await Promise.all([Promise.all(calls), one.stop()]);
    expect(answers).toHaveLength(50);
    await callUntil(() => other.seen.headers.length > 50);
    close();
    await other.stop();
  });
});

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  const error: unknown = await call.then(
    () => new Error("the call succeeded"),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectError) return error;
  throw error;
}
