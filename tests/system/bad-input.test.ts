import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { ScalarType, type JsonObject, type Message } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { requestOf } from "../support/doors.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import { badRequests, boundless } from "./bad-input/bad-values.ts";
import {
  alike,
  openMarketplace,
  sampleOf,
  type Marketplace,
  type Outcomes,
  type Rpc,
} from "./bad-input/marketplace.ts";
import { marker, samples } from "./bad-input/samples.ts";

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

describe("every rpc that a server serves", () => {
  test("has sound input in samples.ts, from which this suite makes the bad", () => {
    expect(marketplace.rpcs.filter(({ sample }) => !sample).map(({ name }) => name)).toEqual([]);
    const served = new Set(marketplace.rpcs.map(({ method }) => `${method.parent.typeName}/${method.name}`));
    const known = Object.entries(samples).flatMap(([service, rpcs]) =>
      Object.keys(rpcs).map((rpc) => `${service}/${rpc}`),
    );
    expect(known.filter((name) => !served.has(name))).toEqual([]);
  });

  test("answers sound input alike over gRPC, Connect JSON and gRPC-Web", async () => {
    expect(await onEach(sampleOf, isSampleAnswer)).toEqual([]);
    expect(marketplace.log.some((line) => line.includes("TICKET_NOT_FOUND"))).toBe(true);
  });

  test("has a limit on every field of its request", () => {
    const without = marketplace.rpcs.flatMap(({ name, contracts, method }) =>
      boundless(contracts, method.input).map((field) => `${name} ${field}`),
    );
    expect(without).toEqual([]);
  });

  test("leaves out a field that it does not know", async () => {
    const withMore = (rpc: Rpc) => {
      const message = requestOf(rpc.method, sampleOf(rpc));
      message.$unknown = [{ no: 9000, wireType: WireType.LengthDelimited, data: lengthDelimited(marker) }];
      return message;
    };
    expect(await onEach(withMore, isSampleAnswer)).toEqual([]);
  });

  test("refuses a request of 10 MB with RESOURCE_EXHAUSTED REQUEST_TOO_LARGE", async () => {
    const tenMegabytes = marker.repeat(2_500_000);
    const tooLarge = (rpc: Rpc) => {
      const message = requestOf(rpc.method, sampleOf(rpc));
      const field = rpc.method.input.fields.find((candidate) => candidate.scalar === ScalarType.STRING);
      // Where JSON has no field for it, the binary protocols have.
      if (field?.fieldKind === "scalar") Reflect.set(message, field.localName, tenMegabytes);
      else message.$unknown = [{ no: 9000, wireType: WireType.LengthDelimited, data: lengthDelimited(tenMegabytes) }];
      return message;
    };
    const isTooLarge = ({ method }: Rpc, outcomes: Outcomes) => {
      const hasText = method.input.fields.some(
        (field) => field.fieldKind === "scalar" && field.scalar === ScalarType.STRING,
      );
      const told = outcomes.filter(([door]) => hasText || door !== "Connect JSON");
      return (
        alike(told) &&
        told.every(([, { code, reason }]) => code === "ResourceExhausted" && reason === "REQUEST_TOO_LARGE")
      );
    };
    expect(await onEach(tooLarge, isTooLarge)).toEqual([]);
  }, 60_000);
});

describe("input that breaks a rule of the contract", () => {
  test("is refused with INVALID_ARGUMENT VALIDATION_FAILED and the field's name, alike through every door", async () => {
    const wrong: unknown[] = [];
    let sent = 0;
    for (const rpc of marketplace.rpcs) {
      for (const { what, request, field } of badRequests(rpc.contracts, rpc.method, sampleOf(rpc))) {
        const outcomes = await marketplace.call(rpc, () => request, marketplace.credentials(rpc));
        sent += outcomes.length;
        const names = outcomes.every(
          ([, { code, reason, domain, fields }]) =>
            code === "InvalidArgument" &&
            reason === "VALIDATION_FAILED" &&
            domain === "gittix" &&
            fields.some((each) => each.startsWith(`${field}: `)),
        );
        if (!names || !alike(outcomes)) wrong.push({ rpc: rpc.name, what, field, outcomes });
      }
    }
    expect(wrong).toEqual([]);
    expect(sent).toBeGreaterThan(300);
  });
});

/** Calls every rpc by those who may, and gives the answers that are not right. */
async function onEach(
  request: (rpc: Rpc) => JsonObject | Message,
  isRight: (rpc: Rpc, outcomes: Outcomes) => boolean,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const rpc of marketplace.rpcs) {
    const outcomes = await marketplace.call(rpc, () => request(rpc), marketplace.credentials(rpc));
    if (!isRight(rpc, outcomes)) wrong.push({ rpc: rpc.name, outcomes });
  }
  return wrong;
}

function isSampleAnswer({ sample }: Rpc, outcomes: Outcomes): boolean {
  const answers = outcomes.map(([, { code, reason }]) => (code === "OK" ? "OK" : reason));
  return alike(outcomes) && answers.every((answer) => answer === sample?.answer);
}

function lengthDelimited(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 128) return Buffer.concat([Buffer.from([...length, rest]), bytes]);
    length.push((rest & 127) | 128);
  }
}
