import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";
import type { EventBus } from "../bus/bus.ts";
import { openEmbeddedBus } from "../bus/embedded.ts";
import type { Env } from "../config.ts";
import { draftEvent, openEnvelope, sealEvent } from "../events.ts";
import { createServiceTokenVerifier } from "../identity/service-tokens.ts";
import { createUserTokenVerifier } from "../identity/user-tokens.ts";
import { createLog, type Logger } from "../log.ts";
import { startGrpcServer } from "../rpc/grpc-server.ts";
import { startHttpServer } from "../rpc/http-server.ts";
import { serviceInterceptors } from "../rpc/interceptors.ts";
import type { Mount } from "../rpc/mount.ts";
import { createSigner } from "./signer.ts";

/** Surroundings are what a service needs around it to run alone in a test: a bus, keys, and the services that it calls. */
export interface Surroundings {
  /** Settings for the service; `peerAddress` stands for every service that it calls. */
  readonly env: Env;
  readonly peerAddress: string;
  readonly bus: EventBus;
  readonly log: Logger;
  /** What a call needs to come from a user, an operator or a service. */
  user(id: string): CallOptions;
  operator(): CallOptions;
  service(name: string): CallOptions;
  /** All events of this type that were published so far. */
  published<D extends DescMessage>(schema: D): MessageShape<D>[];
  /** Publishes an event as another service would. */
  publish<D extends DescMessage>(
    schema: D,
    aggregate: { id: string; version: number },
    event: MessageShape<D>,
  ): Promise<void>;
  stop(): Promise<void>;
}

/** surround makes the surroundings; `peers` are in-test implementations of the contracts that the service calls. */
export async function surround(
  peers: readonly Mount[] = [],
  watched: readonly DescMessage[] = [],
): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-component-"));
  const log = createLog(undefined, process.env["LOG_LEVEL"] ?? "silent");
  const bus = await openEmbeddedBus({ file: join(folder, "bus.db"), log });
  const users = createSigner();
  const services = createSigner();
  const serviceKeys = JSON.stringify(services.jwks);
  const userKeys = JSON.stringify(users.jwks);
  const interceptors = serviceInterceptors({
    log,
    userTokens: createUserTokenVerifier({
      issuer: "gittix-auth",
      audience: "gittix",
      keys: () => JSON.parse(userKeys),
    }),
    serviceTokens: createServiceTokenVerifier({
      issuer: "gittix-local",
      audience: "gittix",
      jwks: serviceKeys,
      subjectPrefix: "",
    }),
  });
  const doors = { host: "127.0.0.1", port: 0, log, ready: () => true, interceptors };
  const peer = await startGrpcServer({ ...doors, mounts: [...peers] });
  const jwks = { method: "GET" as const, path: "/jwks", handle: () => ({ status: 200, body: userKeys }) };
  const auth = await startHttpServer({ ...doors, mounts: [], routes: [jwks] });
  const seen: { type: string; payload: Uint8Array }[] = [];
  await bus.listen(
    watched.map((schema) => schema.typeName),
    (message) => {
      seen.push({ type: message.type, payload: openEnvelope(message).payload });
    },
  );

  const asUser = (sub: string, role: string): CallOptions => ({
    headers: { authorization: `Bearer ${users.token({ iss: "gittix-auth", sub, role, sid: "session" })}` },
  });

  return {
    env: {
      DATABASE_URL: `sqlite:${join(folder, "service.db")}`,
      USER_KEYS_URL: `http://127.0.0.1:${auth.port}/jwks`,
      SERVICE_KEYS: serviceKeys,
      SERVICE_TOKEN_KEY: services.privateJwk,
    },
    peerAddress: `127.0.0.1:${peer.port}`,
    bus,
    log,
    user: (id) => asUser(id, "user"),
    operator: () => asUser("00000000-0000-7000-8000-000000000000", "operator"),
    service: (name) => ({
      headers: { "x-service-authorization": `Bearer ${services.token({ iss: "gittix-local", sub: name })}` },
    }),
    published: (schema) =>
      seen.filter(({ type }) => type === schema.typeName).map(({ payload }) => fromBinary(schema, payload)),
    publish: (schema, aggregate, event) => bus.publish([sealEvent(draftEvent(schema, aggregate, event), new Date())]),
    async stop() {
      await Promise.all([peer.stop(100), auth.stop(100)]);
      await bus.close();
      await rm(folder, { recursive: true });
    },
  };
}
