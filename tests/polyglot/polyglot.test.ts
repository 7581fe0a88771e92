import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromJson } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Code } from "@connectrpc/connect";
import { openRabbitBus } from "@gittix/common/bus/rabbitmq";
import { createLog } from "@gittix/common/log";
import { makeServiceKey } from "@gittix/local/secrets";
import { serviceNames } from "@gittix/local/service-table";
import { OrderSchema, OrderStatus } from "@gittix/proto/orders/v1/order";
import { ChargeSchema, ChargeStatus } from "@gittix/proto/payments/v1/charge";
import { TicketSchema, TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import { promisesBrokenIn } from "../support/promises.ts";
import { moneyByOrder } from "../support/provider-books.ts";
import { until } from "../support/until.ts";
import { startWorld, type World } from "../support/world.ts";
import { badCalls, refusalInTypeScript } from "./bad-calls.ts";
import { openRoom } from "./broker.ts";
import { generatePython, missingParts, runPeer, type PeerReport } from "./peer.ts";

const missing = missingParts();
if (missing.length > 0) {
  const sentence = `LEFT OUT: another language joins. It needs ${missing.join(", ")} (docs/adding-a-service.md).`;
  if (process.env["CI"] !== undefined && process.env["CI"] !== "false") throw new Error(sentence);
  process.stderr.write(`\n${sentence}\n\n`);
}

(missing.length === 0 ? describe : describe.skip)("a program in Python", () => {
  const closers: (() => Promise<unknown>)[] = [];
  let world: World;
  let python: PeerReport;
  let addresses: Record<string, string>;
  let token: string;

  beforeAll(async () => {
    const generated = await mkdtemp(join(tmpdir(), "gittix-python-"));
    closers.push(() => rm(generated, { recursive: true, force: true }));
    const [amqpUrl, key] = await Promise.all([openBroker(), makeServiceKey(), generatePython(generated)]);
    world = await openWorld(amqpUrl, { SERVICE_KEYS: key.publicKeys, SERVICE_TOKEN_KEY: key.privateKey });
    addresses = Object.fromEntries(world.mesh.services.map(({ name, grpcPort }) => [name, `127.0.0.1:${grpcPort}`]));
    ({ token } = await world.person());
    const auth = world.mesh.services.find(({ name }) => name === "auth");
    python = await runPeer(generated, {
      addresses,
      amqpUrl,
      userKeysUrl: `http://127.0.0.1:${auth?.httpPort}/.well-known/jwks.json`,
      serviceTokenKey: key.privateKey,
      badCalls: badCalls.map(({ at, method, request }) => ({
        at,
        service: method.parent.typeName,
        method: method.name,
        request,
        token,
      })),
    });
  }, 90_000);
  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  });

  async function openBroker(): Promise<string> {
    const { url, close } = await openRoom();
    closers.push(close);
    return url;
  }

  /** Every service has its own connection to the broker, as in processes of their own. */
  async function openWorld(url: string, settings: Record<string, string>): Promise<World> {
    const log = createLog(undefined, "silent");
    const [auth, tickets, orders, expiration, payments] = await Promise.all(
      serviceNames.map(async (name) => {
        const bus = await openRabbitBus({ url, name, log });
        closers.push(() => bus.close());
        return { bus };
      }),
    );
    const opened = await startWorld({ on: "files", settings, parts: { auth, tickets, orders, expiration, payments } });
    closers.push(() => opened.stop());
    return opened;
  }

  test("asks every service for its health, and is told that it serves", () => {
    expect(python.health).toEqual(Object.fromEntries(serviceNames.map((name) => [name, "SERVING"])));
  });

  test("signs up users and verifies their tokens with auth's published keys", () => {
    const [seller, buyer] = python.users;
    expect(seller?.["id"]).not.toBe(buyer?.["id"]);
    expect(python.claims).toMatchObject({ iss: "gittix-auth", aud: "gittix", sub: buyer?.["id"], role: "user" });
  });

  test("buys a ticket, and every message says the same in both languages", async () => {
    const as = { headers: { authorization: `Bearer ${python.buyerToken}` } };
    const order = fromJson(OrderSchema, python.order);
    const now = await world.services.orders.getOrder({ orderId: order.id }, as);
    expect(now.order).toMatchObject({
      id: order.id,
      price: { amountMinor: 2500, currencyCode: "USD" },
      ticketTitle: "Giselle",
    });
    expect(now.order).toEqual(fromJson(OrderSchema, python.events.order));
    const charge = fromJson(ChargeSchema, python.charge);
    expect(charge).toMatchObject({ orderId: order.id, status: ChargeStatus.COMPLETED, amount: order.price });
    expect(charge).toEqual((await world.services.payments.getCharge({ orderId: order.id }, as)).charge);
    const { ticket } = await world.services.tickets.getTicket({ ticketId: order.ticketId });
    expect(ticket).toEqual(fromJson(TicketSchema, python.ticketStates.at(-1) ?? {}));
  });

  test("sends the same request again and is given the first order", () => {
    expect(python.orderAgain).toEqual(python.order);
  });

  test("is refused a second order, and reads the reason, the domain and until when the ticket is held", () => {
    const { expiresAt } = fromJson(OrderSchema, python.order);
    expect(python.refused.reserved).toMatchObject({
      code: Code.FailedPrecondition,
      reason: "TICKET_RESERVED",
      domain: "gittix",
      metadata: { reserved_until: expiresAt && timestampDate(expiresAt).toISOString() },
      fields: [],
    });
    expect(python.refused.own).toMatchObject({ code: Code.FailedPrecondition, reason: "TICKET_IS_YOURS" });
  });

  test("is refused without a token, and with one that was tampered with", () => {
    expect(python.refused.unsigned).toMatchObject({ code: Code.Unauthenticated, reason: "TOKEN_MISSING" });
    expect(python.refused.forged).toMatchObject({ code: Code.Unauthenticated, reason: "TOKEN_INVALID" });
  });

  test("sees its order and its ticket change while it watches", () => {
    const orders = python.orderStates.map((state) => fromJson(OrderSchema, state).status);
    expect([orders[0], orders.at(-1)]).toEqual([OrderStatus.CREATED, OrderStatus.COMPLETED]);
    expect(python.firstTicketMessage).toBe("heartbeat");
    const tickets = python.ticketStates.map((state) => fromJson(TicketSchema, state).status);
    expect(tickets).toContain(TicketStatus.RESERVED);
    expect(tickets.at(-1)).toBe(TicketStatus.SOLD);
  });

  test("says with a token of its own which service it is, and is let in where the contract names that service", () => {
    expect(python.asService.named).toEqual([python.order["id"]]);
    const notAllowed = { code: Code.PermissionDenied, reason: "CALLER_NOT_ALLOWED", domain: "gittix" };
    expect(python.asService.unnamed).toMatchObject(notAllowed);
    expect(python.asService.user).toMatchObject(notAllowed);
    expect(python.asService.nobody).toMatchObject({ code: Code.Unauthenticated, reason: "TOKEN_MISSING" });
  });

  test.each(
    badCalls.map((call, index) => [call.method.name, JSON.stringify(call.request).slice(0, 70), call, index] as const),
  )("is refused %s of %s as TypeScript is, field by field", async (_name, _request, call, index) => {
    const inPython = python.badCalls[index];
    expect(inPython).toMatchObject({ code: Code.InvalidArgument, reason: "VALIDATION_FAILED", domain: "gittix" });
    expect(inPython?.fields).toHaveLength(call.broken);
    expect(inPython).toEqual(await refusalInTypeScript(call, addresses[call.at] ?? "", token));
  });

  test("reads of a bad title which field is bad and why", () => {
    expect(python.badCalls[2]?.fields).toEqual([{ field: "title", description: "must have 1 to 200 characters" }]);
  });

  test("consumes OrderCompleted from a queue of its own", () => {
    const order = fromJson(OrderSchema, python.events.order);
    expect(python.events.completed).toMatchObject({
      type: "gittix.orders.v1.OrderCompleted",
      aggregateId: python.order["id"],
      aggregateVersion: order.version,
      occurredAt: python.events.order["updatedAt"],
    });
    expect(order.status).toBe(OrderStatus.COMPLETED);
  });

  test("lets an event that comes twice, or late, take no effect", () => {
    expect(python.events.counts).toMatchObject({ duplicate: 1, late: 1 });
    expect(python.events.rows).toEqual([
      [python.order["id"], "ORDER_STATUS_COMPLETED", python.events.completed["aggregateVersion"]],
    ]);
  });

  test("has a message that it cannot read parked after its attempts", () => {
    expect(python.events.counts).toMatchObject({ failed: 5 });
    expect(python.events.parked).toEqual({
      body: "\u00ff no envelope",
      from: "polyglot.events",
      reason: "delivery_limit",
    });
  });

  test("leaves every promise kept", async () => {
    const books = { rows: world.rows, moneyByOrder: () => moneyByOrder(world.mesh.sandbox) };
    expect(
      await until(
        () => promisesBrokenIn(books),
        (broken) => broken.length === 0,
      ),
    ).toEqual([]);
  });
});
