import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  decodeJwt,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWK,
} from "jose";
import { reasonOf } from "../errors.ts";
import { createExpiringCache } from "./expiring-cache.ts";
import { createServiceTokenSource, createServiceTokenVerifier } from "./service-tokens.ts";
import { createUserTokenVerifier } from "./user-tokens.ts";

const now = () => Math.floor(Date.now() / 1000);
const claims = { iss: "gittix-auth", aud: "gittix", sub: "u1", sid: "s1", role: "user" };
let privateKey: CryptoKey;
let publicKey: CryptoKey;
let publicJwk: JWK;

beforeAll(async () => {
  ({ privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true }));
  publicJwk = { ...(await exportJWK(publicKey)), kid: "k1", alg: "ES256" };
});

function sign(payload: object, header: object = {}): Promise<string> {
  return new SignJWT({ exp: now() + 60, ...payload })
    .setProtectedHeader({ alg: "ES256", kid: "k1", ...header })
    .sign(privateKey);
}

describe("a verifier of users' tokens", () => {
  const verifier = () =>
    createUserTokenVerifier({ issuer: "gittix-auth", audience: "gittix", keys: () => ({ keys: [publicJwk] }) });

  test("gives the user of a good token, at once the second time", async () => {
    const users = verifier();
    const token = await sign({ ...claims, role: "operator" });
    expect(await users.verify(token)).toEqual({ id: "u1", role: "operator", sessionId: "s1" });
    expect(users.verify(token)).toEqual({ id: "u1", role: "operator", sessionId: "s1" });
  });

  test("tells a token that ran out from one that is wrong, and bears a few seconds of clock difference", async () => {
    expect(await reasonFor(verifier().verify(await sign({ ...claims, exp: now() - 30 })))).toBe("TOKEN_EXPIRED");
    await expect(Promise.resolve(verifier().verify(await sign({ ...claims, exp: now() - 2 })))).resolves.toBeDefined();
  });

  test.each([
    ["of another issuer", { iss: "somebody" }],
    ["for another audience", { aud: "elsewhere" }],
    ["without a session", { sid: undefined }],
    ["with a role that does not exist", { role: "root" }],
    ["without a user", { sub: "" }],
    ["that never ends", { exp: undefined }],
  ])("refuses a token %s", async (_, change) => {
    expect(await reasonFor(verifier().verify(await sign({ ...claims, ...change })))).toBe("TOKEN_INVALID");
  });

  test("refuses a token that nobody signed, was tampered with, or is signed with the public key as a secret", async () => {
    const good = await sign(claims);
    const unsigned = new UnsecuredJWT({ ...claims, exp: now() + 60 }).encode();
    const [head, , signature] = good.split(".");
    const tampered = [
      head,
      Buffer.from(JSON.stringify({ ...claims, role: "operator", exp: now() + 60 })).toString("base64url"),
      signature,
    ].join(".");
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    const confused = await new SignJWT({ ...claims, exp: now() + 60 })
      .setProtectedHeader({ alg: "HS256", kid: "k1" })
      .sign(secret);
    for (const token of [unsigned, tampered, confused, "rubbish", ""]) {
      expect(await reasonFor(verifier().verify(token))).toBe("TOKEN_INVALID");
    }
  });

  test("forgets a token when it ends", async () => {
    const cache = createExpiringCache<string>(10);
    cache.set("past", "value", Date.now() - 1);
    cache.set("future", "value", Date.now() + 60_000);
    expect([cache.get("past"), cache.get("future")]).toEqual([undefined, "value"]);
  });
});

describe("a verifier that reads keys over the network", () => {
  let server: Server | undefined;
  afterEach(() => new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve())));

  test("says DEPENDENCY_UNAVAILABLE while they cannot be had, and recovers by itself", async () => {
    let up = false;
    server = createServer((_, response) =>
      response.writeHead(up ? 200 : 503).end(JSON.stringify({ keys: [publicJwk] })),
    );
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const jwksUrl = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/jwks.json`;
    const users = createUserTokenVerifier({ issuer: "gittix-auth", audience: "gittix", jwksUrl });
    const token = await sign(claims);
    expect(await reasonFor(users.verify(token))).toBe("DEPENDENCY_UNAVAILABLE");
    up = true;
    expect(await users.verify(token)).toMatchObject({ id: "u1" });
    expect(await reasonFor(users.verify(await sign(claims, { kid: "unknown" })))).toBe("TOKEN_INVALID");
  });

  test("says DEPENDENCY_UNAVAILABLE when nobody listens", async () => {
    const users = createUserTokenVerifier({
      issuer: "gittix-auth",
      audience: "gittix",
      jwksUrl: "http://127.0.0.1:1/jwks.json",
    });
    expect(await reasonFor(users.verify(await sign(claims)))).toBe("DEPENDENCY_UNAVAILABLE");
  });
});

describe("a service's own token", () => {
  const audience = { issuer: "gittix-local", audience: "gittix" };

  test("is signed with its key, kept, and known by the others", async () => {
    const key = JSON.stringify({ ...(await exportJWK(privateKey)), kid: "k1" });
    const source = createServiceTokenSource({ ...audience, service: "orders", privateKey: key });
    const token = await source();
    expect(source()).toBe(token);
    const services = createServiceTokenVerifier({
      ...audience,
      jwks: JSON.stringify({ keys: [publicJwk] }),
      subjectPrefix: "",
    });
    expect(await services.verify(token)).toBe("orders");
    expect((decodeJwt(token).exp ?? 0) - now()).toBeLessThanOrEqual(300);
  });

  test("is read from a file, and read again once it nears its end", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gittix-"));
    const tokenFile = join(folder, "token");
    const subject = { iss: "gittix-local", aud: "gittix", sub: "system:serviceaccount:gittix:orders" };
    await writeFile(tokenFile, `${await sign({ ...subject, exp: now() + 10 })}\n`);
    const source = createServiceTokenSource({ ...audience, service: "orders", tokenFile });
    const first = await source();
    await writeFile(tokenFile, await sign({ ...subject, exp: now() + 3600 }));
    const second = await source();
    expect(second).not.toBe(first);
    expect(source()).toBe(second);
    const services = createServiceTokenVerifier({
      ...audience,
      jwks: JSON.stringify({ keys: [publicJwk] }),
      subjectPrefix: "system:serviceaccount:gittix:",
    });
    expect(await services.verify(second)).toBe("orders");
    await rm(folder, { recursive: true });
  });

  test("is not taken from another namespace", async () => {
    const services = createServiceTokenVerifier({
      ...audience,
      jwks: JSON.stringify({ keys: [publicJwk] }),
      subjectPrefix: "system:serviceaccount:gittix:",
    });
    const token = await sign({ iss: "gittix-local", aud: "gittix", sub: "system:serviceaccount:other:orders" });
    expect(await reasonFor(services.verify(token))).toBe("TOKEN_INVALID");
  });

  test("cannot be given by a service that has neither a file nor a key", async () => {
    const source = createServiceTokenSource({ ...audience, service: "orders" });
    await expect(Promise.resolve().then(source)).rejects.toThrow("neither a token file nor a key");
  });
});

async function reasonFor(verified: unknown): Promise<string | undefined> {
  return Promise.resolve(verified).then(
    () => "accepted",
    (error: unknown) => reasonOf(error),
  );
}
