import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { ScalarType, type DescMethod } from "@bufbuild/protobuf";
import { nameOf } from "../support/contracts.ts";
import { answered, type Outcome } from "../support/outcome.ts";
import { frameOf, postConnect, postGrpc, postGrpcWeb, type Answer } from "../support/wire.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import { openMarketplace, sampleOf, type Marketplace, type Rpc } from "./bad-input/marketplace.ts";
import { marker } from "./bad-input/samples.ts";

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

const isPublic = ({ doors }: Rpc) => doors.length > 1;
const isUnary = ({ method }: Rpc) => method.methodKind === "unary";
const urlOf = (method: DescMethod) =>
  `${marketplace.world.mesh.edgeUrl.replace("localhost", "127.0.0.1")}/${nameOf(method)}`;
const malformed = { code: "InvalidArgument", reason: "REQUEST_MALFORMED", domain: "gittix", fields: [] };

/** Sends a frame to an rpc in the binary protocols that it is reached by. */
async function sendFrame(
  rpc: Rpc,
  frame: Buffer<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer[]> {
  const all = { ...marketplace.credentials(rpc), ...headers };
  const overGrpc = postGrpc(marketplace.addressOf(rpc.owner), `/${nameOf(rpc.method)}`, frame, all);
  const overWeb = isPublic(rpc) ? [postGrpcWeb(urlOf(rpc.method), frame, all)] : [];
  return Promise.all([overGrpc, ...overWeb]);
}

/** Names the calls that were answered otherwise. */
async function notAnswered(
  expected: Partial<Outcome>,
  calls: readonly { readonly what: string; readonly answers: () => Promise<readonly Answer[]> }[],
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const { what, answers } of calls) {
    for (const { status, outcome } of await answers()) {
      if (JSON.stringify({ ...outcome, ...expected }) !== JSON.stringify(outcome))
        wrong.push({ what, status, ...outcome });
    }
  }
  return wrong;
}

describe("bytes that are no message", () => {
  test.each([
    ["a field that ends too early", [0x0a, 0x7f, 0x41]],
    ["a tag that is none", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["a group that is never closed", [0x0b, 0x08, 0x01]],
  ])("are refused with REQUEST_MALFORMED by every rpc, in gRPC and gRPC-Web: %s", async (_, bytes) => {
    const calls = marketplace.rpcs.map((rpc) => ({
      what: rpc.name,
      answers: () => sendFrame(rpc, frameOf(Buffer.from(bytes))),
    }));
    expect(await notAnswered(malformed, calls)).toEqual([]);
  });

  test("are refused where a text is not UTF-8", async () => {
    const calls = marketplace.rpcs.flatMap((rpc) => {
      const text = rpc.method.input.fields.find((field) => field.scalar === ScalarType.STRING);
      if (!text) return [];
      const bytes = Buffer.from([(text.number << 3) | 2, 2, 0xc3, 0x28]);
      return [{ what: rpc.name, answers: () => sendFrame(rpc, frameOf(bytes)) }];
    });
    expect(await notAnswered(malformed, calls)).toEqual([]);
  });

  test.each([
    ["half an object", `{"orderId": "${marker}`],
    ["nothing at all", ""],
    ["a list", `["${marker}"]`],
    ["a number", "17"],
    ["a page", `<html>${marker}</html>`],
    ["a nest of lists without end", "[".repeat(30_000)],
  ])("are refused with REQUEST_MALFORMED by every unary rpc, in Connect JSON: %s", async (_, body) => {
    const calls = marketplace.rpcs
      .filter(isPublic)
      .filter(isUnary)
      .map((rpc) => ({
        what: rpc.name,
        answers: async () => [await postConnect(urlOf(rpc.method), body, marketplace.credentials(rpc))],
      }));
    expect(await notAnswered(malformed, calls)).toEqual([]);
  });

  test("are refused where a value has another type than its field", async () => {
    const wrongTypes = [{ [marker]: marker }, [marker], marker, 12.5, true, 1e300];
    const calls = marketplace.rpcs
      .filter(isPublic)
      .filter(isUnary)
      .flatMap((rpc) =>
        rpc.method.input.fields.flatMap((field) =>
          wrongTypes.flatMap((value) => {
            const fits =
              typeof value === "string"
                ? field.scalar === ScalarType.STRING
                : typeof value === "boolean" && field.scalar === ScalarType.BOOL;
            if (fits || (Array.isArray(value) && field.fieldKind === "list")) return [];
            // An unknown name of an enum is left out like an unknown field, as protobuf's JSON has it.
            if (field.fieldKind === "enum" && typeof value === "string") return [];
            // An object is left out of a message as far as it is unknown; what is left is for validation.
            if (field.fieldKind === "message" && typeof value === "object" && !Array.isArray(value)) return [];
            const body = JSON.stringify({ ...sampleOf(rpc), [field.jsonName]: value });
            return [
              {
                what: `${rpc.name} ${body}`,
                answers: async () => [await postConnect(urlOf(rpc.method), body, marketplace.credentials(rpc))],
              },
            ];
          }),
        ),
      );
    expect(calls.length).toBeGreaterThan(100);
    expect(await notAnswered(malformed, calls)).toEqual([]);
  });
});

describe("a request that is small only while it is compressed", () => {
  const bomb = gzipSync(Buffer.alloc(10_000_000, " "));

  test("is refused with REQUEST_TOO_LARGE by every rpc, in gRPC", async () => {
    const tooLarge = { code: "ResourceExhausted", reason: "REQUEST_TOO_LARGE", domain: "gittix" };
    const calls = marketplace.rpcs.map((rpc) => ({
      what: rpc.name,
      answers: async () => (await sendFrame(rpc, frameOf(bomb, true), { "grpc-encoding": "gzip" })).slice(0, 1),
    }));
    expect(await notAnswered(tooLarge, calls)).toEqual([]);
  });

  test("is refused unread where browsers call, which compress nothing", async () => {
    const calls = marketplace.rpcs
      .filter(isPublic)
      .filter(isUnary)
      .map((rpc) => ({
        what: rpc.name,
        answers: async () => {
          const headers = { ...marketplace.credentials(rpc), "content-encoding": "gzip" };
          const [, overWeb] = await sendFrame(rpc, frameOf(bomb, true), { "grpc-encoding": "gzip" });
          return [await postConnect(urlOf(rpc.method), bomb, headers), ...(overWeb ? [overWeb] : [])];
        },
      }));
    expect(await notAnswered(malformed, calls)).toEqual([]);
  });
});

describe("fields that nobody knows", () => {
  test.each(["nonsense", "__proto__", "constructor", "toString"])("are left out in Connect JSON: %s", async (name) => {
    const calls = marketplace.rpcs
      .filter(isPublic)
      .filter(isUnary)
      .map((rpc) => ({
        what: rpc.name,
        answers: async () => {
          const body = JSON.stringify(sampleOf(rpc))
            .replace("{", `{"${name}": {"a": "${marker}"}, `)
            .replace(", }", "}");
          const answer = await postConnect(urlOf(rpc.method), body, marketplace.credentials(rpc));
          const { code, reason } = answer.outcome;
          return (code === "OK" ? "OK" : reason) === rpc.sample?.answer ? [{ ...answer, outcome: answered }] : [answer];
        },
      }));
    expect(await notAnswered(answered, calls)).toEqual([]);
  });
});
