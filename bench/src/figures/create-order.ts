import { create, toBinary } from "@bufbuild/protobuf";
import { CreateOrderRequestSchema } from "@gittix/proto/orders/v1/order_service";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import type { Connection } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import type { Bench, Figure } from "../figure.ts";
import type { StatementsSetup } from "../floors/statements.ts";
import { openCaller, type GrpcCaller } from "../grpc-caller.ts";
import { startHelper } from "../helper.ts";
import { runLoad, type Load, type Outcome } from "../load.ts";
import { administrator, record, templateOf, type Unit } from "../recording.ts";
import { compare } from "../rounds.ts";
import { rateResult } from "../words.ts";

const callers = 64;
const path = "/gittix.orders.v1.OrderService/CreateOrder";
/** Whose statements the floor runs: those that ask and answer, and the one that notes the deadline. */
const involved: readonly ServiceName[] = ["orders", "tickets", "expiration"];
/** As many connections as each service opens. */
const poolMax = 16;

/** createOrder measures orders for distinct tickets, against the same statements and commits in a bare loop. */
export const createOrder: Figure = {
  name: "create-order",
  async measure(bench) {
    const { market } = bench;
    const caller = openCaller(market.of("orders").grpc);
    const server = await administrator(market, bench.folder).connect();
    try {
      const units = await recordOrder(bench, server, caller);
      const setup = await prepareFloor(bench, server, units);
      const floor = await startHelper("floors/statements.ts", setup);
      const comparison = await compare(
        bench,
        callers,
        (load) => runLoad(load, () => order(bench, caller)),
        (load) => floor.ask<Outcome>(load satisfies Load),
      );
      await floor.end();
      const statements = units.flatMap(({ database, statements }) =>
        statements.map((text) => `${database}: ${text.slice(0, 200)}`),
      );
      const result = rateResult("CreateOrder, distinct tickets, 64 callers", comparison, callers, 0.4);
      return [{ ...result, numbers: { ...result.numbers, statements } }];
    } finally {
      caller.close();
      await server.end();
    }
  },
};

function order({ stock, buyers }: Bench, caller: GrpcCaller, ticketId = stock.take()): Promise<Buffer> {
  const request = create(CreateOrderRequestSchema, { ticketId, requestId: uuidv7() });
  const buyer = buyers[Math.floor(Math.random() * buyers.length)];
  return caller.call(path, Buffer.from(toBinary(CreateOrderRequestSchema, request)), buyer?.token);
}

/** Two recordings that are alike hold an order and nothing else: no work that a service does now and then. */
async function recordOrder(bench: Bench, server: Connection, caller: GrpcCaller): Promise<Unit[]> {
  for (let last: Unit[] | undefined, attempt = 0; attempt < 20; attempt++) {
    const ticketId = bench.stock.take();
    const timerIsSet = (statements: readonly string[]) => {
      const at = statements.findIndex((statement) => statement.startsWith("INSERT INTO `timers`"));
      return at >= 0 && statements.slice(at).includes("COMMIT");
    };
    const recorded = await record(server, involved, () => order(bench, caller, ticketId), timerIsSet);
    const people = [bench.seller, ...bench.buyers].map(({ id }) => id);
    const units = templateOf(
      recorded.filter((unit) => !isRelay(unit)),
      new Map([[ticketId, "ticket"]]),
      people,
    );
    if (last && shapeOf(units) === shapeOf(last)) return units;
    last = units;
  }
  throw new Error("no two recordings of an order are alike");
}

/** What the relay does is shared by all orders of a batch; it is left out of the floor, though not of the figure. */
function isRelay({ statements }: Unit): boolean {
  return (
    statements.some((statement) => /(FROM|UPDATE) `outbox`/.test(statement)) ||
    (statements[0] === "START TRANSACTION" && statements.length === 1)
  );
}

function shapeOf(units: readonly Unit[]): string {
  return units
    .map(({ database, statements }) => [database, ...statements.map((text) => text.slice(0, 40))].join())
    .toSorted()
    .join();
}

/** The floor has tables of its own: what it puts into an outbox must not be published. */
async function prepareFloor(
  { market, folder, quick }: Bench,
  server: Connection,
  units: readonly Unit[],
): Promise<StatementsSetup> {
  const ticketCount = quick ? 10_000 : 60_000;
  const urls: Record<string, string> = {};
  for (const service of serviceNames.filter((name) => involved.includes(name))) {
    const [from, to] = [`gittix_${service}`, `floor_${service}`];
    await server.query(
      `DROP DATABASE IF EXISTS ${to}; CREATE DATABASE ${to} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    );
    for (const row of await market.rows(service, "SHOW TABLES")) {
      const table = String(Object.values(row)[0]);
      await server.query(`CREATE TABLE ${to}.${table} LIKE ${from}.${table}`);
    }
    urls[service] = administrator(market, folder).url(to);
  }
  await server.query(
    `INSERT INTO floor_tickets.tickets SELECT * FROM gittix_tickets.tickets WHERE order_id IS NULL LIMIT ${ticketCount}`,
  );
  const [rows] = await server.query("SELECT id FROM floor_tickets.tickets");
  const ticketIds = Array.isArray(rows) ? rows.flatMap((row) => ("id" in row ? [String(row.id)] : [])) : [];
  return { units, urls, poolMax, ticketIds };
}
