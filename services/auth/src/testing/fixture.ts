import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { fromBinary } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import { openEmbeddedBus } from "@gittix/common/bus/embedded";
import type { Env } from "@gittix/common/config";
import { reasonOf, type ReasonName } from "@gittix/common/errors";
import { openEnvelope } from "@gittix/common/events";
import { createLog } from "@gittix/common/log";
import { createRpcClient } from "@gittix/common/rpc/client";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { UserCreatedSchema, UserUpdatedSchema } from "@gittix/proto/auth/v1/events";
import { KeyService } from "@gittix/proto/auth/v1/key_service";
import type { User } from "@gittix/proto/auth/v1/user";
import { startAuth } from "../main.ts";

/** Fixture is the auth service at work, with real doors, a database file and the embedded bus. */
export interface Fixture {
  readonly auth: Client<typeof AuthService>;
  readonly keys: Client<typeof KeyService>;
  /** Where browsers and readers of keys go. */
  readonly http: string;
  /** Makes a user nobody else has. */
  signUp(email?: string): Promise<Person>;
  /** The first event about a user with at least this version; waits for it. */
  event(userId: string, version: number): Promise<{ readonly type: string; readonly user: User }>;
  /** Looks into the service's own database, or changes it. */
  sql(statement: string, ...values: string[]): Readonly<Record<string, unknown>>[];
  /** All that was logged, at the level `debug`. */
  log(): string;
  stop(): Promise<void>;
}

/** Person is somebody who has signed up over gRPC. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** To be passed with a call. */
  readonly as: CallOptions;
}

export const password = "correct horse battery";
export const operator = { email: "operator@gittix.test", password: "an operator's password" };

let people = 0;

/** startFixture starts the service in a folder of its own. */
export async function startFixture(settings: Env = {}): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-auth-"));
  const file = join(folder, "auth.db");
  const lines: string[] = [];
  const log = createLog(
    "test",
    "debug",
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const bus = await openEmbeddedBus({ file: ":memory:", log });
  const events = await listen(bus);
  const env = { DATABASE_URL: `sqlite:${file}`, SERVICE_KEYS: '{"keys":[]}', BCRYPT_COST: "4", ...settings };
  const service = await startAuth(env, { bus, log });
  const address = `127.0.0.1:${service.grpcPort}`;
  const auth = createRpcClient(AuthService, { address, deadlineMs: 15_000 });
  const keys = createRpcClient(KeyService, { address });

  return {
    auth: auth.client,
    keys: keys.client,
    http: `http://127.0.0.1:${service.httpPort}`,
    async signUp(email = `person-${++people}@example.com`) {
      return personOf(await auth.client.signUp({ email, password }));
    },
    event: events.find,
    sql(statement, ...values) {
      const database = new DatabaseSync(file, { timeout: 5000 });
      try {
        return database.prepare(statement).all(...values);
      } finally {
        database.close();
      }
    },
    log: () => lines.join(""),
    async stop() {
      auth.close();
      keys.close();
      await service.stop();
      await bus.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** personOf reads what somebody is after a sign-up or sign-in. */
export function personOf(answer: {
  user?: User | undefined;
  tokens?: { accessToken: string; refreshToken: string } | undefined;
}): Person {
  const { user, tokens } = answer;
  if (!user || !tokens) throw new Error("nobody was signed in");
  const { accessToken, refreshToken } = tokens;
  const as = { headers: { authorization: `Bearer ${accessToken}` } };
  return { id: user.id, email: user.email, accessToken, refreshToken, as };
}

/** refusalOf gives the reason for which a call failed. */
export async function refusalOf(call: Promise<unknown>): Promise<ReasonName | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => reasonOf(error),
  );
}

/** Answer is what Connect answers in JSON. */
export interface Answer {
  readonly user?: unknown;
  readonly tokens?: unknown;
  readonly details?: readonly { readonly debug?: { readonly reason?: string } }[];
}

/** post makes a call as a page does it: Connect with JSON. */
export async function post(http: string, method: string, request: object, headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${http}/gittix.auth.v1.AuthService/${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  const answer: Answer = JSON.parse(await response.text());
  const reason = answer.details?.[0]?.debug?.reason;
  return { status: response.status, answer, reason, set: response.headers.getSetCookie() };
}

/** Collects auth's events as others would see them. */
async function listen(bus: Awaited<ReturnType<typeof openEmbeddedBus>>) {
  const schemas = [UserCreatedSchema, UserUpdatedSchema];
  const seen: { type: string; user: User }[] = [];
  let arrived = Promise.withResolvers<void>();
  await bus.listen(
    schemas.map((schema) => schema.typeName),
    (message) => {
      const schema = schemas.find(({ typeName }) => typeName === message.type);
      const { user } = fromBinary(schema ?? UserCreatedSchema, openEnvelope(message).payload);
      if (user) seen.push({ type: message.type, user });
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
  );
  return {
    async find(userId: string, version: number) {
      for (;;) {
        const found = seen.find(({ user }) => user.id === userId && user.version >= version);
        if (found) return found;
        await arrived.promise;
      }
    },
  };
}
