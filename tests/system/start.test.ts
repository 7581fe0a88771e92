import { execFile } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { serviceNames } from "@gittix/local/service-table";
import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { follow } from "../support/follow.ts";
import { freePortRange } from "../support/free-ports.ts";
import { insist } from "../support/insist.ts";
import type { Program } from "../support/program.ts";
import { prepareStart, type Start } from "../support/start.ts";
import { until } from "../support/until.ts";

// The program that `npm start` runs, from the outside.

let start: Start;
beforeEach(async () => void (start = await prepareStart()));
afterEach(() => start.clear());

describe("npm start", () => {
  test("prints a line for each service and the address, which then shows the web app", async () => {
    const program = await start.ready();
    for (const [index, name] of serviceNames.entries()) {
      expect(program.output).toMatch(new RegExp(`^ +${name} +gRPC 127\\.0\\.0\\.1:${start.port + 1 + index}$`, "m"));
    }
    expect(program.output).toMatch(new RegExp(`GitTix is ready at http://localhost:${start.port} `));
    const response = await fetch(`http://localhost:${start.port}/.well-known/jwks.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(program.errors).toBe("");
  });

  test("is ready within 5 seconds, in less than 250 MB", async () => {
    const beganAt = performance.now();
    const program = await start.ready();
    expect(performance.now() - beganAt).toBeLessThan(5000);
    const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(program.pid)]);
    expect(Number(stdout) / 1024).toBeLessThan(250);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "stops cleanly on %s within seconds, though somebody watches and another sends too much",
    async (signal) => {
      const program = await start.ready();
      await sendTooMuch();
      const watching = follow((abort) => start.enter().services.tickets.watchTickets({}, { signal: abort }));
      start.atEnd(watching.leave);
      await watching.next(({ event }) => event.case === "heartbeat");
      const beganAt = performance.now();
      program.signal(signal);
      expect(await program.ended).toBe(0);
      expect(performance.now() - beganAt).toBeLessThan(4000);
      expect(program.errors).toBe("");
      expect(await watching.ended).toBeDefined();
    },
  );

  test("starts again on the same data, with everybody and everything still there", async () => {
    const first = await start.ready();
    const people = start.enter();
    const [seller, buyer] = await Promise.all([people.person(), people.person()]);
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    first.signal("SIGINT");
    expect(await first.ended).toBe(0);
    await start.ready();
    const found = await until(() => buyer.orderNow(order.id).catch(() => undefined));
    expect(found).toMatchObject({ status: OrderStatus.CREATED, expiresAt: order.expiresAt });
    await buyer.pay(order.id);
    await until(
      async () => (await buyer.orderNow(order.id)).status,
      (status) => status === OrderStatus.COMPLETED,
    );
  });

  test("with --demo lists some tickets to look at, once however often it is started", async () => {
    const demoTickets = async () => {
      const { services } = start.enter();
      return (await insist(() => services.tickets.listTickets({ pageSize: 100 }))).tickets.length;
    };
    const first = await start.ready(["--demo"]);
    expect(first.output).toMatch(/sign in as \S+@example\.com/);
    const count = await demoTickets();
    expect(count).toBeGreaterThan(3);
    first.signal("SIGINT");
    await first.ended;
    await start.ready(["--demo"]);
    expect(await demoTickets()).toBe(count);
  });
});

describe("a start that cannot be", () => {
  const occupy = async (taken: number) => {
    const server = createServer().listen(taken, "127.0.0.1");
    await once(server, "listening");
    start.atEnd(() => server.close());
  };

  test.each([
    ["of the address", 0],
    ["of a service", 3],
  ])("is told in one sentence: the port %s is taken", async (_, offset) => {
    await occupy(start.port + offset);
    await expectRefusal(start.begin(), `${start.port + offset}`, "is taken by another program", "--port N");
  });

  test("is told in one sentence: the data folder cannot be written to", async () => {
    // Below a file, since the one who runs the tests may be allowed to write anywhere.
    await writeFile(join(start.folder, "file"), "");
    await expectRefusal(
      start.begin(["--data", join(start.folder, "file", "data")]),
      join(start.folder, "file", "data"),
      "cannot be written to",
      "--data DIR",
    );
  });

  test("is told in one sentence: GitTix works on this data folder already, and goes on undisturbed", async () => {
    await start.ready();
    const elsewhere = String(await freePortRange(1 + serviceNames.length));
    await expectRefusal(start.begin(["--port", elsewhere]), join(start.folder, "data"), "is in use", "--data DIR");
    await start.enter().person();
  });

  test("is told in one sentence: a hold window that is none", async () => {
    await expectRefusal(start.begin(["--hold", "soon"]), "--hold", "soon");
  });
});

/** Sends 10 MB to an rpc, and stays connected after it was refused. */
async function sendTooMuch(): Promise<void> {
  // At the end it is cut off, which is no business of the test.
  const socket = connect(start.port, "127.0.0.1").on("error", () => {});
  start.atEnd(() => socket.destroy());
  const head =
    "POST /gittix.auth.v1.AuthService/SignIn HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
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
