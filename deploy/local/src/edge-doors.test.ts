import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createDoors } from "./edge-doors.ts";
import { startEdge, type Edge } from "./edge.ts";

describe("the doors of a service's replicas", () => {
  test("are tried in turn", () => {
    const doors = createDoors([1, 2, 3]);
    expect([doors.inTurn(), doors.inTurn(), doors.inTurn()]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ]);
  });

  test("come last for a while when nobody answered", () => {
    const doors = createDoors([1, 2]);
    doors.closed(1);
    expect([doors.inTurn(), doors.inTurn()]).toEqual([
      [2, 1],
      [2, 1],
    ]);
  });
});

describe("the edge before two replicas", () => {
  const servers: Server[] = [];
  let edge: Edge | undefined;
  afterEach(async () => {
    await edge?.stop();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });

  async function replica(name: string): Promise<number> {
    const server = createServer((request, response) => {
      request
        .setEncoding("utf8")
        .once("data", (body) => response.end(`${name}: ${body}`))
        .resume();
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }

  async function post(): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${edge?.port}/gittix.tickets.v1.TicketService/ListTickets`, {
      method: "POST",
      body: "hello",
    });
    return answer.text();
  }

  test("goes from one to the other, and loses no call when one is gone", async () => {
    const ports = [await replica("a"), await replica("b")];
    const routes = [{ prefix: "/gittix.tickets.v1.TicketService/", ports }];
    edge = await startEdge({ host: "127.0.0.1", port: 0, webFolder: "/nowhere", routes });
    expect(new Set([await post(), await post()])).toEqual(new Set(["a: hello", "b: hello"]));
    const gone = servers.shift();
    gone?.closeAllConnections();
    await new Promise((resolve) => gone?.close(resolve));
    for (let call = 0; call < 10; call++) expect(await post()).toBe("b: hello");
  });
});
