import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { durationMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { openSecrets } from "@gittix/local/secrets";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { readRows } from "../support/databases.ts";
import { follow } from "../support/follow.ts";
import { freePortRange } from "../support/free-ports.ts";
import { insist } from "../support/insist.ts";
import { createPeople, type People } from "../support/people.ts";
import { runProgram, startProgram, type Program } from "../support/program.ts";
import { until } from "../support/until.ts";

// The program that `npm start` runs, from the outside.

let folder: string;
let port: number;
const programs: Program[] = [];
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gittix-start-"));
  port = await freePortRange(1 + serviceNames.length);
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  for (const program of programs.splice(0)) {
    program.signal("SIGKILL");
    await program.ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Program {
  const program = runProgram(startProgram, ["--port", String(port), "--data", join(folder, "data"), ...args], env);
  programs.push(program);
  return program;
}

async function ready(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Program> {
  const program = start(args, env);
  await program.printed("GitTix is ready");
  return program;
}

function enter(): People {
  const ports = serviceNames.map((name, index): [ServiceName, number] => [name, port + 1 + index]);
  const grpcPorts = Object.fromEntries(ports) as Record<ServiceName, number>;
  const people = createPeople("127.0.0.1", grpcPorts, openSecrets(join(folder, "data")));
  closers.push(people.leave);
  return people;
}

/** Sends 10 MB to an rpc, and stays connected after it was refused. */
async function sendTooMuch(): Promise<void> {
  // At the end it is cut off, which is no business of the test.
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  closers.push(() => socket.destroy());
  const head = "POST /gittix.auth.v1.AuthService/SignIn HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
  socket.write(`${head}content-length: 10000000\r\n\r\n`);
  socket.write(Buffer.alloc(10_000_000, " "));
  const [answer] = await once(socket, "data");
  expect(String(answer)).toContain("429");
}

/** Expects a start to fail with one sentence, on one line, that says what to do. */
async function expectRefusal(program: Program, ...words: readonly string[]): Promise<void> {
  expect(await program.ended).toBe(1);
  for (const word of words) expect(program.errors).toContain(word);
  expect(program.errors.trim()).not.toContain("\n");
  expect(program.errors).not.toMatch(/ at .*:\d+:\d+/);
}

describe("npm start", () => {
  test("prints a line for each service and the address, which then shows the web app", async () => {
    const program = await ready();
    for (const [index, name] of serviceNames.entries()) {
      expect(program.output).toMatch(new RegExp(`^ +${name} +gRPC 127\\.0\\.0\\.1:${port + 1 + index}$`, "m"));
    }
    expect(program.output).toMatch(new RegExp(`GitTix is ready at http://localhost:${port} `));
    const response = await fetch(`http://localhost:${port}/.well-known/jwks.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(program.errors).toBe("");
  });

  test("is ready within 5 seconds, in less than 250 MB", async () => {
    const program = await ready();
    const [, seconds] = /ready at \S+ \(([\d.]+) s\)/.exec(program.output) ?? [];
    expect(Number(seconds)).toBeLessThan(5);
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(program.pid)]);
    expect(Number(stdout) / 1024).toBeLessThan(250);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("stops cleanly on %s within seconds, though somebody watches and another sends too much", async (signal) => {
    const program = await ready();
    await sendTooMuch();
    const watching = follow((abort) => enter().services.tickets.watchTickets({}, { signal: abort }));
    closers.push(watching.leave);
    await watching.next(({ event }) => event.case === "heartbeat");
    const beganAt = performance.now();
    program.signal(signal);
    expect(await program.ended).toBe(0);
    expect(performance.now() - beganAt).toBeLessThan(4000);
    expect(program.errors).toBe("");
    expect(await watching.ended).toBeDefined();
  });

  test("starts again on the same data, with everybody and everything still there", async () => {
    const first = await ready();
    const people = enter();
    const [seller, buyer] = await Promise.all([people.person(), people.person()]);
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    first.signal("SIGINT");
    expect(await first.ended).toBe(0);
    await ready();
    const found = await until(() => buyer.orderNow(order.id).catch(() => undefined));
    expect(found).toMatchObject({ status: OrderStatus.CREATED, expiresAt: order.expiresAt });
    await buyer.pay(order.id);
    await until(async () => (await buyer.orderNow(order.id)).status, (status) => status === OrderStatus.COMPLETED);
  });

  test("with --demo lists some tickets to look at, once however often it is started", async () => {
    const demoTickets = async () => {
      const { services } = enter();
      return (await insist(() => services.tickets.listTickets({ pageSize: 100 }))).tickets.length;
    };
    const first = await ready(["--demo"]);
    expect(first.output).toMatch(/sign in as \S+@example\.com/);
    const count = await demoTickets();
    expect(count).toBeGreaterThan(3);
    first.signal("SIGINT");
    await first.ended;
    await ready(["--demo"]);
    expect(await demoTickets()).toBe(count);
  });
});

describe("a start that cannot be", () => {
  const occupy = async (taken: number) => {
    const server = createServer().listen(taken, "127.0.0.1");
    await once(server, "listening");
    closers.push(() => server.close());
  };

  test.each([["of the address", 0], ["of a service", 3]])("is told in one sentence: the port %s is taken", async (_, offset) => {
    await occupy(port + offset);
    await expectRefusal(start(), `${port + offset}`, "is taken by another program", "--port N");
  });

  test("is told in one sentence: the data folder cannot be written to", async () => {
    // Below a file, since the one who runs the tests may be allowed to write anywhere.
    await writeFile(join(folder, "file"), "");
    await expectRefusal(start(["--data", join(folder, "file", "data")]), join(folder, "file", "data"), "cannot be written to", "--data DIR");
  });

  test("is told in one sentence: GitTix works on this data folder already, and goes on undisturbed", async () => {
    await ready();
    const elsewhere = String(await freePortRange(1 + serviceNames.length));
    await expectRefusal(start(["--port", elsewhere]), join(folder, "data"), "is in use", "--data DIR");
    await enter().person();
  });

  test("is told in one sentence: a hold window that is none", async () => {
    await expectRefusal(start(["--hold", "soon"]), "--hold", "soon");
  });
});

describe("LESSON 11, a window that two services know", () => {
  test("is one setting: --hold 7s is the deadline that orders writes and the wait queue that expiration keeps", async () => {
    const program = await ready(["--hold", "7s"]);
    const people = enter();
    const [seller, buyer, operator] = await Promise.all([people.person(), people.person(), people.operator()]);
    const { expiresAt, createdAt } = await buyer.order((await seller.list("Giselle")).id);
    const windowMs = (expiresAt ? timestampMs(expiresAt) : 0) - (createdAt ? timestampMs(createdAt) : 0);
    // The lock comes first: its time runs from a moment before the order is written down.
    expect(windowMs).toBeLessThanOrEqual(7000);
    expect(windowMs).toBeGreaterThan(6000);
    const { holdWindow } = await people.services.expiration.getExpirationStatus({}, operator.as);
    expect(holdWindow && durationMs(holdWindow)).toBe(7000);
    program.signal("SIGINT");
    await program.ended;
    expect(readRows(join(folder, "data", "bus.db"), "SELECT name, ttl_ms FROM wait")).toEqual([
      { name: "expiration.wait.7000", ttl_ms: 7000 },
    ]);
  });
});

describe("LESSON 20, valid payments refunded as expired through a time zone", () => {
  test.each(["Pacific/Apia", "America/St_Johns"])("does not happen: a computer that lives in %s holds and sells as any other", async (TZ) => {
    await ready([], { TZ });
    const people = enter();
    const [seller, buyer] = await Promise.all([people.person(), people.person()]);
    const ticket = await seller.list("Giselle", 5000);
    const before = Date.now();
    const order = await buyer.order(ticket.id);
    const expiresMs = order.expiresAt ? timestampMs(order.expiresAt) : 0;
    expect(expiresMs).toBeGreaterThanOrEqual(before + 15 * 60_000 - 1);
    expect(expiresMs).toBeLessThanOrEqual(Date.now() + 15 * 60_000);
    expect((await buyer.ticketNow(ticket.id)).reservedUntil).toEqual(order.expiresAt);
    await buyer.pay(order.id);
    await until(async () => (await buyer.orderNow(order.id)).status, (status) => status === OrderStatus.COMPLETED);
    expect((await people.services.payments.getCharge({ orderId: order.id }, buyer.as)).charge).toMatchObject({ stripeRefundId: "" });
  });
});
