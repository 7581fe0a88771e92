import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { create } from "@bufbuild/protobuf";
import { nameOf } from "../support/contracts.ts";
import { requestOf } from "../support/doors.ts";
import { reasonFor } from "../support/reasons.ts";
import { frameOf, postConnect, postGrpc } from "../support/wire.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import {
  alike,
  openMarketplace,
  sampleOf,
  type Marketplace,
  type Outcomes,
  type Rpc,
} from "./bad-input/marketplace.ts";
import { marker } from "./bad-input/samples.ts";

// Input that keeps to the letter of the contract and is strange all the same.

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

function rpcNamed(name: string): Rpc {
  const rpc = marketplace.rpcs.find(({ method }) => nameOf(method).endsWith(`/${name}`));
  if (!rpc) throw new Error(`there is no ${name}`);
  return rpc;
}

const ask = (name: string, request: () => JsonObject): Promise<Outcomes> => {
  const rpc = rpcNamed(name);
  return marketplace.call(rpc, request, marketplace.credentials(rpc));
};

/** The one answer of all doors: `OK` or the reason. */
async function answerTo(name: string, request: () => JsonObject): Promise<string | undefined> {
  const outcomes = await ask(name, request);
  expect(alike(outcomes)).toBe(true);
  const [, first] = outcomes[0] ?? [];
  return first?.code === "OK" ? "OK" : first?.reason || first?.code;
}

describe("a text that is strange", () => {
  const texts = [
    "'; DROP TABLE tickets; --",
    "%",
    "_",
    "\\",
    "\u202e evil",
    "👩‍👩‍👧‍👦",
    "\ufffd",
    "é".normalize("NFD"),
    "<script>alert(1)</script>",
    "{{7*7}}",
  ];

  test.each(texts)("is a title like any other, found again as it was written: %j", async (text) => {
    const title = `${marker} ${text}`;
    const ticket = await marketplace.user.list(title);
    expect((await marketplace.other.ticketNow(ticket.id)).title).toBe(title);
  });

  test.each([...texts, "\0", "*", '"', " ".repeat(100)])("is a search like any other: %j", async (query) => {
    expect(await answerTo("ListTickets", () => ({ query }))).toBe("OK");
  });

  test("with half a character does no harm", async () => {
    const rpc = rpcNamed("CreateTicket");
    const url = `${marketplace.world.mesh.edgeUrl}/${nameOf(rpc.method)}`;
    const body = `{"title": "${marker} \\ud83d", "price": {"amountMinor": 100}}`;
    const { outcome } = await postConnect(url, body, marketplace.credentials(rpc));
    expect(["OK", "VALIDATION_FAILED", "REQUEST_MALFORMED"]).toContain(outcome.reason || outcome.code);
    expect(await answerTo("ListTickets", () => ({ query: marker, pageSize: 100 }))).toBe("OK");
  });
});

describe("a password", () => {
  test("counts to its end, whatever is in the middle", async () => {
    const { auth } = marketplace.world.services;
    for (const [index, middle] of ["\0", " ", "ü", "\n"].entries()) {
      const email = `odd-${index}-${marker}@example.com`;
      await auth.signUp({ email, password: `before${middle}after` });
      expect(await reasonFor(auth.signIn({ email, password: `before${middle}other` }))).toBe("CREDENTIALS_WRONG");
      expect(await reasonFor(auth.signIn({ email, password: "before" }))).toBe("CREDENTIALS_WRONG");
      expect(await auth.signIn({ email, password: `before${middle}after` })).toMatchObject({ user: { version: 1 } });
    }
  });
});

describe("a page token", () => {
  test("that was tampered with is refused, or leads nowhere", async () => {
    for (const title of ["Giselle", "Coppélia"]) await marketplace.user.list(title);
    const { nextPageToken } = await marketplace.world.services.tickets.listTickets({ pageSize: 1 });
    const [digest] = JSON.parse(Buffer.from(nextPageToken, "base64url").toString());
    const forged = [
      [digest],
      [digest, 1, 2, 3],
      [digest, "x".repeat(100), -1],
      [digest, {}, []],
      [digest, null, null],
      "text",
      {},
      7,
    ];
    const tokens = [
      ...forged.map((parts) => Buffer.from(JSON.stringify(parts)).toString("base64url")),
      "nonsense",
      "=",
      "\0",
      nextPageToken.slice(1),
    ];
    for (const pageToken of tokens) {
      expect(["OK", "PAGE_TOKEN_INVALID"]).toContain(await answerTo("ListTickets", () => ({ pageSize: 1, pageToken })));
      expect(["OK", "PAGE_TOKEN_INVALID"]).toContain(await answerTo("ListOrders", () => ({ pageSize: 1, pageToken })));
    }
  });
});

describe("a moment", () => {
  test("before all time, or after it, is refused by the lock", async () => {
    const rpc = rpcNamed("ReserveTicket");
    const ticket = await marketplace.user.list("Giselle");
    const moments = [
      { seconds: 2n ** 62n, nanos: 0 },
      { seconds: -(2n ** 62n), nanos: 0 },
      { seconds: 253_402_300_800n, nanos: 0 },
      { seconds: -1n, nanos: 0 },
      { seconds: 253_402_300_799n, nanos: 2 ** 31 - 1 },
    ];
    for (const moment of moments) {
      const request = () => {
        const message = requestOf(rpc.method, { ...sampleOf(rpc), ticketId: ticket.id });
        Reflect.set(message, "expiresAt", create(TimestampSchema, moment));
        return message;
      };
      const [[, outcome] = []] = await marketplace.call(rpc, request, marketplace.credentials(rpc));
      expect({ moment: String(moment.seconds), outcome }).toMatchObject({
        outcome: { code: "InvalidArgument", reason: "VALIDATION_FAILED" },
      });
    }
  });
});

describe("headers that are strange", () => {
  const id = "01920000-0000-7000-8000-000000000000";

  test.each([
    ["a deadline that is none", { "connect-timeout-ms": "soon", "grpc-timeout": "soon" }],
    ["a deadline before now", { "connect-timeout-ms": "-5", "grpc-timeout": "-5m" }],
    ["a deadline without end", { "connect-timeout-ms": "99999999999", "grpc-timeout": "99999999H" }],
    ["a trace of nobody", { traceparent: "00-00000000000000000000000000000000-0000000000000000-01" }],
    ["a request id that would break a log", { "x-request-id": `a"}{"level":"error"}${"x".repeat(3000)}` }],
    ["cookies of somebody else", { cookie: `gittix_access=; gittix_access=${"x".repeat(3000)}; =; ;;` }],
    [
      "an address that it does not come from",
      { "x-forwarded-for": "203.0.113.7, <script>", forwarded: "for=203.0.113.7" },
    ],
  ])("break nothing: %s", async (_, headers) => {
    const rpc = rpcNamed("GetTicket");
    const frame = frameOf(Buffer.from([0x0a, 36, ...Buffer.from(id)]));
    const over = [
      await postConnect(
        `${marketplace.world.mesh.edgeUrl}/${nameOf(rpc.method)}`,
        JSON.stringify({ ticketId: id }),
        headers,
      ),
      await postGrpc(marketplace.addressOf("tickets"), `/${nameOf(rpc.method)}`, frame, headers),
    ];
    for (const { outcome } of over) expect(["NotFound", "InvalidArgument", "DeadlineExceeded"]).toContain(outcome.code);
  });
});

describe("bytes that are no call at all", () => {
  test.each([
    ["nothing", ""],
    ["another protocol", "EHLO example.com\r\n"],
    ["an old browser", "GET / HTTP/1.0\r\n\r\n"],
    ["a header without end", `GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(100_000)}`],
    ["half of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\xff\x04\0\0\0\0\0"],
    ["noise", Array.from({ length: 5000 }, (_, index) => String.fromCharCode((index * 7919) % 256)).join("")],
  ])("leave every door standing: %s", async (_, bytes) => {
    const { mesh } = marketplace.world;
    const ports = [
      Number(new URL(mesh.edgeUrl).port),
      ...mesh.services.flatMap(({ grpcPort, httpPort }) => [grpcPort, httpPort]),
    ];
    for (const port of ports) {
      const socket = connect(port, "127.0.0.1")
        .on("error", () => {})
        .resume();
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.setTimeout(2000, () => socket.destroy());
      socket.end(Buffer.from(bytes, "latin1"));
      await closed;
    }
    expect(ports).toHaveLength(11);
  });
});
