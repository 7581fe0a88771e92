import { createServer, request as httpRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createFileRegistry, create, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@gittix/proto/grpc/health/v1/health";
import { ServerReflection } from "@gittix/proto/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionAlpha } from "@gittix/proto/grpc/reflection/v1alpha/reflection";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { ChannelCredentials, Client, Metadata, type ServiceError } from "@grpc/grpc-js";
import { reasonOf } from "../errors.ts";
import { createLog } from "../log.ts";
import { receivedError } from "./client-errors.ts";
import { startGrpcServer } from "./grpc-server.ts";
import { startHttpServer } from "./http-server.ts";
import { ids, startFixture, until, type Fixture } from "./rpc.fixture.ts";

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture();
});
afterEach(() => fixture.stop());

const grpc = () => {
  const transport = fixture.transports["gRPC"];
  if (!transport) throw new Error("no transport");
  return transport;
};

describe("starting", () => {
  test.each([
    ["gRPC", startGrpcServer],
    ["HTTP", startHttpServer],
  ])("on a port that is taken is one clear sentence (%s)", async (what, start) => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const options = {
      mounts: [],
      interceptors: [],
      host: "127.0.0.1",
      port,
      log: createLog("t", "silent"),
      ready: () => true,
    };
    await expect(start(options)).rejects.toThrow(
      `Port ${port} on 127.0.0.1, wanted for ${what}, is taken by another program.`,
    );
    await new Promise((resolve) => taken.close(resolve));
  });
});

describe("stopping", () => {
  test.each(["gRPC", "Connect JSON"])("lets a call under way finish (%s)", async (name) => {
    let release = () => {};
    let entered = false;
    const slow = await startFixture({
      tickets: {
        getTicket: async () => {
          entered = true;
          await new Promise<void>((resolve) => (release = resolve));
          return { ticket: { title: "at last" } };
        },
      },
    });
    const transport = slow.transports[name];
    if (!transport) throw new Error("no transport");
    const call = createClient(TicketService, transport).getTicket({ ticketId: ids.ticket });
    await until(() => entered);
    const stopped = Promise.all([slow.grpc.stop(5000), slow.http.stop(5000)]);
    release();
    expect((await call).ticket?.title).toBe("at last");
    await stopped;
  });

  test.each(["gRPC", "Connect JSON", "gRPC-Web"])("ends streams at once and says why (%s)", async (name) => {
    const transport = fixture.transports[name];
    if (!transport) throw new Error("no transport");
    const messages = createClient(TicketService, transport).watchTickets({})[Symbol.asyncIterator]();
    await messages.next();
    const next = messages.next();
    const stopped = Promise.all([fixture.grpc.stop(5000), fixture.http.stop(5000)]);
    const error: unknown = await next.catch((reason: unknown) => reason);
    expect([error instanceof ConnectError && error.code, reasonOf(error)]).toEqual([
      Code.Unavailable,
      "DEPENDENCY_UNAVAILABLE",
    ]);
    await stopped;
  });

  test("cuts off a call that does not finish in time", async () => {
    const call = createClient(TicketService, grpc()).getTicket({ ticketId: ids.slow });
    const failed = call.catch((reason: unknown) => reason);
    await until(() => fixture.seen.headers.length === 1);
    await fixture.grpc.stop(20);
    expect(await failed).toBeInstanceOf(ConnectError);
  });
});

describe("health", () => {
  test("tells the truth, for the server and each of its services", async () => {
    const health = createClient(Health, grpc());
    expect((await health.check({})).status).toBe(Status.SERVING);
    fixture.state.ready = false;
    expect((await health.check({ service: TicketService.typeName })).status).toBe(Status.NOT_SERVING);
    expect((await health.list({})).statuses[ReservationService.typeName]?.status).toBe(Status.NOT_SERVING);
    expect((await fetch(`${fixture.httpUrl}/healthz`)).status).toBe(503);
    await expect(health.check({ service: "nobody" })).rejects.toMatchObject({ code: Code.NotFound });
  });

  test("can be watched, and is NOT_SERVING before the server goes", async () => {
    const watched = createClient(Health, grpc()).watch({})[Symbol.asyncIterator]();
    expect((await watched.next()).value).toMatchObject({ status: Status.SERVING });
    const next = watched.next();
    fixture.state.ready = false;
    expect((await next).value).toMatchObject({ status: Status.NOT_SERVING });
  });
});

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", ServerReflectionAlpha],
])("reflection %s", (_, service: typeof ServerReflection | typeof ServerReflectionAlpha) => {
  type Query = Parameters<ReturnType<typeof createClient<typeof ServerReflection>>["serverReflectionInfo"]>[0];
  const ask = async (messageRequest: unknown) => {
    const client = createClient(service as typeof ServerReflection, grpc());
    const requests = (async function* () {
      yield { messageRequest };
    })() as Query;
    for await (const answer of client.serverReflectionInfo(requests)) return answer.messageResponse;
    throw new Error("no answer");
  };

  test("lists every service", async () => {
    const answer = await ask({ case: "listServices", value: "" });
    const names = answer.case === "listServicesResponse" ? answer.value.service.map((each) => each.name) : [];
    expect(names).toEqual(
      expect.arrayContaining([TicketService.typeName, ReservationService.typeName, Health.typeName, service.typeName]),
    );
  });

  test.each([
    ["fileContainingSymbol", "gittix.tickets.v1.TicketService"],
    ["fileContainingSymbol", "gittix.tickets.v1.TicketService.GetTicket"],
    ["fileContainingSymbol", "gittix.tickets.v1.Ticket.title"],
    ["fileContainingSymbol", "google.rpc.ErrorInfo"],
    ["fileContainingSymbol", "gittix.errors.v1.ErrorReason"],
    ["fileByFilename", "google/protobuf/timestamp.proto"],
    ["fileContainingExtension", { containingType: "google.protobuf.MethodOptions", extensionNumber: 50801 }],
  ])("gives a set of files that stands by itself for %s %s", async (kind, value) => {
    const answer = await ask({ case: kind, value });
    const files = answer.case === "fileDescriptorResponse" ? answer.value.fileDescriptorProto.map(decode) : [];
    // A registry is built only when every import is there, as in a client.
    const set = create(FileDescriptorSetSchema, { file: importsFirst(files) });
    expect([...createFileRegistry(set).files].length).toBe(files.length);
    expect(files.length).toBeGreaterThan(0);
  });

  test("says so when it does not know a name", async () => {
    const answer = await ask({ case: "fileContainingSymbol", value: "no.such.Thing" });
    expect(answer).toMatchObject({ case: "errorResponse", value: { errorCode: Code.NotFound } });
  });
});

describe("bytes that are no message", () => {
  const rubbish = Buffer.from([10, 200, 1, 2, 3]);
  const call = async (method: string, headers: Record<string, string> = {}) => {
    const client = new Client(fixture.grpcAddress, ChannelCredentials.createInsecure());
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const asIs = (bytes: Buffer) => bytes;
    const path = `/${TicketService.typeName}/${method}`;
    const error = await new Promise<ServiceError | null>((resolve) => {
      client.makeUnaryRequest(path, asIs, asIs, rubbish, metadata, { deadline: Date.now() + 5000 }, resolve);
    });
    client.close();
    return error ? receivedError(error) : undefined;
  };

  test("are malformed to the gRPC server, once it knows the caller", async () => {
    const authorization = `Bearer ${await fixture.tokens.user()}`;
    expect(reasonOf(await call("GetTicket"))).toBe("REQUEST_MALFORMED");
    expect(reasonOf(await call("CreateTicket"))).toBe("TOKEN_MISSING");
    expect(reasonOf(await call("CreateTicket", { authorization }))).toBe("REQUEST_MALFORMED");
    expect(reasonOf(await call("WatchTickets"))).toBe("REQUEST_MALFORMED");
    expect((await call("NoSuchMethod"))?.code).toBe(Code.Unimplemented);
  });

  test("are malformed to gRPC-Web and Connect too", async () => {
    const post = (body: Uint8Array<ArrayBuffer>, type: string) =>
      fetch(`${fixture.httpUrl}/${TicketService.typeName}/GetTicket`, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
    const framed = Uint8Array.from([0, 0, 0, 0, rubbish.length, ...rubbish]);
    for (const answer of [
      await post(framed, "application/grpc-web+proto"),
      await post(framed.slice(0, 7), "application/grpc-web+proto"),
      await post(Uint8Array.from(rubbish), "application/proto"),
    ]) {
      const text = await answer.text();
      expect(text).toContain(
        "The%20request%20cannot%20be%20read.".replaceAll("%20", text.startsWith("{") ? " " : "%20"),
      );
    }
  });
});

describe("the HTTP door", () => {
  test("does not show internal services", async () => {
    const path = `${fixture.httpUrl}/${ReservationService.typeName}/ReleaseTicket`;
    const answer = await fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    expect(answer.status).toBe(404);
  });

  test.each([
    ["GET", `/${TicketService.typeName}/GetTicket`],
    ["POST", "/nothing"],
    ["DELETE", "/healthz"],
  ])("answers %s %s with 404", async (method, path) => {
    expect((await fetch(fixture.httpUrl + path, { method })).status).toBe(404);
  });

  test("gives a plain route its body as it came, up to a limit", async () => {
    const post = (body: Uint8Array<ArrayBuffer>) => fetch(`${fixture.httpUrl}/echo`, { method: "POST", body });
    expect(await (await post(Uint8Array.of(0, 255, 10))).text()).toBe("00ff0a");
    expect((await post(new Uint8Array(300_000))).status).toBe(413);
  });

  test("takes the access token from the cookie", async () => {
    const answer = await post("CreateTicket", '{"title":"T","price":{"amountMinor":1}}', {
      cookie: `other=1; gittix_access=${await fixture.tokens.user()}`,
    });
    expect(await answer.json()).toMatchObject({ ticket: { sellerId: ids.user } });
  });

  test("ignores unknown fields, and says so when it cannot read a request", async () => {
    expect((await post("GetTicket", `{"ticketId":"${ids.ticket}","newer":1}`)).status).toBe(200);
    for (const body of ['{"ticketId":', '{"ticketId":1}', "[]", ""]) {
      const answer = await post("GetTicket", body);
      expect(answer.status).toBe(400);
      expect(JSON.stringify(await answer.json())).toContain("REQUEST_MALFORMED");
    }
    expect(fixture.log()).toContain("REQUEST_MALFORMED");
  });

  test("checks who calls before it says what is wrong with a request", async () => {
    expect(JSON.stringify(await (await post("CreateTicket", "{")).json())).toContain("TOKEN_MISSING");
  });

  test("refuses a body that is too large although its length was not told", async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const url = `${fixture.httpUrl}/${TicketService.typeName}/GetTicket`;
      const request = httpRequest(
        url,
        { method: "POST", headers: { "content-type": "application/json" } },
        (response) => {
          let text = "";
          response.on("data", (chunk) => (text += String(chunk)));
          response.once("end", () => resolve(`${response.statusCode} ${text}`));
        },
      );
      request.once("error", reject);
      for (let i = 0; i < 20; i += 1) request.write(Buffer.alloc(10_000, " "));
      request.end();
    });
    expect(answer).toContain("REQUEST_TOO_LARGE");
  });

  test("shows its metrics", async () => {
    await post("GetTicket", `{"ticketId":"${ids.missing}"}`);
    const text = await (await fetch(`${fixture.httpUrl}/metrics`)).text();
    expect(text).toContain(`gittix_calls_total{method="${TicketService.typeName}/GetTicket",code="NOT_FOUND"} 1`);
    expect(text).toContain(`gittix_call_seconds_bucket{method="${TicketService.typeName}/GetTicket",le="+Inf"} 1`);
  });

  function post(method: string, body: string, headers: Record<string, string> = {}) {
    const url = `${fixture.httpUrl}/${TicketService.typeName}/${method}`;
    return fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });
  }
});

function decode(bytes: Uint8Array): FileDescriptorProto {
  return fromBinary(FileDescriptorProtoSchema, bytes);
}

function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const add = (file: FileDescriptorProto) => {
    for (const name of file.dependency) {
      const found = files.find((each) => each.name === name);
      if (!found) throw new Error(`${file.name} imports ${name}, which is missing`);
      add(found);
    }
    ordered.add(file);
  };
  files.forEach(add);
  return [...ordered];
}
