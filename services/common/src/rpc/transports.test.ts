import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { BadRequestSchema } from "@gittix/proto/google/rpc/error_details";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { metadataOf, reasonOf } from "../errors.ts";
import { ids, secret, startFixture, until, type Fixture } from "./rpc.fixture.ts";

/** Everything that must be the same however the servers are spoken to. */
describe.each(["gRPC", "Connect JSON", "Connect binary", "gRPC-Web", "gRPC-Web JSON"])("over %s", (name) => {
  let fixture: Fixture;
  const client = () => {
    const transport = fixture.transports[name];
    if (!transport) throw new Error(`no transport ${name}`);
    return createClient(TicketService, transport);
  };
  const as = async (token: string | Promise<string>) => ({ headers: { authorization: `Bearer ${await token}` } });

  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.stop());

  test("answers, and carries headers both ways", async () => {
    const received: (string | null)[] = [];
    const answer = await client().getTicket(
      { ticketId: ids.ticket },
      {
        headers: { "x-custom": "value", "x-custom-bin": "AAEC" },
        onHeader: (header) => received.push(header.get("x-answer")),
        onTrailer: (trailer) => received.push(trailer.get("x-answer-trailer")),
      },
    );
    expect(answer.ticket?.title).toBe("A concert");
    expect(received).toEqual(["header", "trailer"]);
    expect(fixture.seen.headers.at(-1)?.get("x-custom")).toBe("value");
    expect(fixture.seen.headers.at(-1)?.get("x-custom-bin")).toMatch(/^AAEC/);
  });

  test("carries code, sentence, reason and metadata of a failure", async () => {
    const error = await failureOf(client().getTicket({ ticketId: ids.missing }));
    expect(error.code).toBe(Code.NotFound);
    expect(error.rawMessage).toBe("There is no such ticket: Ünïcode €.");
    expect(reasonOf(error)).toBe("TICKET_NOT_FOUND");
  });

  test("turns an unexpected error into INTERNAL with a request id, and keeps its cause in the log", async () => {
    const error = await failureOf(
      client().getTicket({ ticketId: ids.broken }, { headers: { "x-request-id": `r-${name.length}` } }),
    );
    expect(error.code).toBe(Code.Internal);
    expect(error.rawMessage).toBe("internal error");
    expect(metadataOf(error)).toEqual({ request_id: `r-${name.length}` });
    expect(JSON.stringify(error.details)).not.toContain(secret);
    expect(fixture.log()).toContain(`the database says ${secret}`);
  });

  test("names each bad field in proto's own words", async () => {
    const call = client().createTicket({ title: " ", price: { amountMinor: -1 } }, await as(fixture.tokens.user()));
    const error = await failureOf(call);
    expect([error.code, reasonOf(error)]).toEqual([Code.InvalidArgument, "VALIDATION_FAILED"]);
    const fields = error.findDetails(BadRequestSchema)[0]?.fieldViolations.map((violation) => violation.field);
    expect(fields).toEqual(expect.arrayContaining(["title", "price.amount_minor"]));
  });

  test.each([
    ["no token", undefined, Code.Unauthenticated, "TOKEN_MISSING"],
    ["rubbish for a token", "not a token", Code.Unauthenticated, "TOKEN_INVALID"],
    ["a token signed by somebody else", "forged", Code.Unauthenticated, "TOKEN_INVALID"],
    ["a token that has run out", "expired", Code.Unauthenticated, "TOKEN_EXPIRED"],
    ["a token for another audience", "elsewhere", Code.Unauthenticated, "TOKEN_INVALID"],
  ])("refuses %s where a user is needed", async (_, kind, code, reason) => {
    const error = await failureOf(
      client().createTicket({ title: "T", price: { amountMinor: 1 } }, await credentials(kind)),
    );
    expect([error.code, reasonOf(error)]).toEqual([code, reason]);
  });

  test.each([undefined, "not a token", "forged", "expired"])(
    "lets anyone in where the contract does, with %s",
    async (kind) => {
      await expect(client().getTicket({ ticketId: ids.ticket }, await credentials(kind))).resolves.toBeDefined();
    },
  );

  test("knows a signed-in user", async () => {
    const answer = await client().createTicket(
      { title: "T", price: { amountMinor: 1 } },
      await as(fixture.tokens.user()),
    );
    expect(answer.ticket?.sellerId).toBe(ids.user);
  });

  test("refuses a request that is too large", async () => {
    const call = client().createTicket({ title: "x".repeat(70_000) }, await as(fixture.tokens.user()));
    const error = await failureOf(call);
    expect([error.code, reasonOf(error)]).toEqual([Code.ResourceExhausted, "REQUEST_TOO_LARGE"]);
  });

  test("refuses a request of 10 MB, and lives", async () => {
    const error = await failureOf(client().listTickets({ query: "x".repeat(10_000_000) }));
    expect([error.code, reasonOf(error)]).toEqual([Code.ResourceExhausted, "REQUEST_TOO_LARGE"]);
    await expect(client().getTicket({ ticketId: ids.ticket })).resolves.toBeDefined();
  });

  test("refuses a stream's bad request before the handler runs", async () => {
    const error = await failureOf(collect(client().watchTickets({ ticketIds: ["x"] })));
    expect(reasonOf(error)).toBe("VALIDATION_FAILED");
    expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).toBe("ticket_ids[0]");
  });

  test("streams answers, then an error with its details", async () => {
    const received: string[] = [];
    const watch = async () => {
      for await (const { event } of client().watchTickets({ ticketIds: [ids.ticket, ids.missing] }))
        received.push(event.case ?? "");
    };
    const error = await failureOf(watch());
    expect(received).toEqual(["heartbeat", "ticket"]);
    expect(reasonOf(error)).toBe("TICKET_NOT_FOUND");
  });

  test("carries thousands of messages of a stream in order", async () => {
    const messages = await collect(client().watchTickets({ ticketIds: Array.from({ length: 100 }, () => ids.ticket) }));
    expect(messages).toHaveLength(101);
  });

  test("ends a call whose deadline passes", async () => {
    const before = fixture.seen.aborted.length;
    const error = await failureOf(client().getTicket({ ticketId: ids.slow }, { timeoutMs: 50 }));
    expect(error.code).toBe(Code.DeadlineExceeded);
    // Here the deadline passed, or there the client left, whichever was seen first.
    await until(() => fixture.seen.aborted.length > before);
  });

  test("tells the handler of a stream when its reader has gone", async () => {
    const before = fixture.seen.aborted.length;
    const abort = new AbortController();
    for await (const _ of client().watchTickets({}, { signal: abort.signal })) break;
    abort.abort();
    await until(() => fixture.seen.aborted.length > before);
    expect(fixture.seen.aborted.length).toBe(before + 1);
  });

  test("answers INTERNAL when a handler throws before it begins", async () => {
    const error = await failureOf(
      client().updateTicket({ ticketId: ids.ticket, expectedVersion: 1, title: "T" }, await as(fixture.tokens.user())),
    );
    expect(reasonOf(error)).toBe("INTERNAL");
  });

  test("logs ids, and neither tokens nor bodies", async () => {
    const token = await fixture.tokens.user();
    await client().createTicket({ title: "Very private title", price: { amountMinor: 1 } }, await as(token));
    expect(fixture.log()).toContain(ids.user);
    expect(fixture.log()).not.toContain("Very private title");
    expect(fixture.log()).not.toContain(token.slice(-40));
  });

  async function credentials(kind: string | undefined) {
    if (kind === undefined) return {};
    const past = Math.floor(Date.now() / 1000) - 60;
    const tokens: Record<string, () => Promise<string>> = {
      forged: fixture.tokens.forged,
      expired: () => fixture.tokens.user({ exp: past }),
      elsewhere: () => fixture.tokens.user({ aud: "elsewhere" }),
    };
    return as(tokens[kind]?.() ?? kind);
  }
});

async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ConnectError) return error;
    throw error;
  }
  throw new Error("the call succeeded");
}

async function collect<T>(messages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of messages) all.push(message);
  return all;
}
