import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { DescMethod } from "@bufbuild/protobuf";
import { nameOf } from "../support/contracts.ts";
import { openDoors, requestOf } from "../support/doors.ts";
import { frameOf, postConnect, postGrpc } from "../support/wire.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import { openMarketplace, sampleOf, type Marketplace, type Rpc } from "./bad-input/marketplace.ts";

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

const isPublic = ({ doors }: Rpc) => doors.length > 1;
const urlOf = (method: DescMethod) =>
  `${marketplace.world.mesh.edgeUrl.replace("localhost", "127.0.0.1")}/${nameOf(method)}`;

describe("a call that no service takes", () => {
  const browserDoors = ["Connect JSON", "gRPC-Web"] as const;

  test("is refused with UNIMPLEMENTED where the method, or the service, does not exist", async () => {
    const doors = openDoors(marketplace.world.mesh.edgeUrl, () => marketplace.addressOf("auth"));
    const wrong: unknown[] = [];
    for (const rpc of marketplace.rpcs) {
      const { parent, name } = rpc.method;
      for (const method of [
        renamed(rpc.method, parent.typeName, `${name}Nonsense`),
        renamed(rpc.method, `${parent.typeName}Nonsense`, name),
      ]) {
        for (const door of ["gRPC", ...browserDoors] as const) {
          const { code } = await doors.call(
            door,
            method,
            requestOf(method, sampleOf(rpc)),
            marketplace.credentials(rpc),
          );
          if (code !== "Unimplemented") wrong.push({ what: nameOf(method), door, code });
        }
      }
    }
    doors.close();
    expect(wrong).toEqual([]);
  });

  test("is refused where the method is for services alone: neither the edge nor a service's own HTTP door has it", async () => {
    const { mesh } = marketplace.world;
    const internal = marketplace.rpcs.filter((rpc) => !isPublic(rpc));
    expect(internal.length).toBeGreaterThan(10);
    const wrong: unknown[] = [];
    for (const rpc of internal) {
      const httpPort = mesh.services.find(({ name }) => name === rpc.owner)?.httpPort ?? 0;
      for (const url of [mesh.edgeUrl, `http://127.0.0.1:${httpPort}`]) {
        const doors = openDoors(url, () => "");
        for (const door of browserDoors) {
          const { code } = await doors.call(
            door,
            rpc.method,
            requestOf(rpc.method, sampleOf(rpc)),
            marketplace.credentials(rpc),
          );
          if (code !== "Unimplemented") wrong.push({ what: rpc.name, url, door, code });
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])(
    "is refused with 415 when it comes as %s, which a page of another site could send without asking",
    async (contentType) => {
      const wrong: unknown[] = [];
      for (const rpc of marketplace.rpcs.filter(isPublic)) {
        const headers = { ...marketplace.credentials(rpc), "content-type": contentType };
        const { status } = await postConnect(urlOf(rpc.method), JSON.stringify(sampleOf(rpc)), headers);
        if (status !== 415) wrong.push({ what: rpc.name, status });
      }
      for (const rpc of marketplace.rpcs) {
        const headers = { ...marketplace.credentials(rpc), "content-type": contentType };
        const { status } = await postGrpc(
          marketplace.addressOf(rpc.owner),
          `/${nameOf(rpc.method)}`,
          frameOf(Buffer.alloc(0)),
          headers,
        );
        if (status !== 415) wrong.push({ what: `${rpc.name} over gRPC`, status });
      }
      expect(wrong).toEqual([]);
    },
  );
});

/** A method that no contract has. */
function renamed(method: DescMethod, typeName: string, name: string): DescMethod {
  const methods: DescMethod[] = [];
  const parent = { ...method.parent, typeName, methods };
  const copy = { ...method, parent, name };
  methods.push(copy);
  return copy;
}
