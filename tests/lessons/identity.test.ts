import { createPublicKey } from "node:crypto";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ScalarType } from "@bufbuild/protobuf";
import { createSigner } from "@gittix/common/testing/signer";
import { MoneySchema } from "@gittix/proto/types/v1/money";
import { reasonFor, tally } from "../support/reasons.ts";
import { claimsOf, hmacToken, signedToken, signingKeyOf, unsignedToken } from "../support/tokens.ts";
import { until } from "../support/until.ts";
import { postConnect } from "../support/wire.ts";
import { startWorld, type World, type WorldOptions } from "../support/world.ts";

let world: World;
const inWorld = async (options: WorldOptions = {}) => (world = await startWorld(options));
afterEach(() => world.stop());

const password = "correct horse battery";
const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const whoIs = (token: string) => reasonFor(world.services.auth.getCurrentUser({}, as(token)));
const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

describe("LESSON 13, tokens", () => {
  test("end: after 15 minutes unless a setting says otherwise", async () => {
    await inWorld();
    const { token } = await world.person();
    const { iat, exp } = payloadOf(token);
    expect(exp - iat).toBe(15 * 60);
  });

  test("that have ended are refused by every service", async () => {
    await inWorld({ settings: { ACCESS_TOKEN_LIFE: "1s" } });
    const { token } = await world.person();
    // Clocks may differ by five seconds, so that a token lives a little longer than it says.
    await until(async () => (await whoIs(token)) === "TOKEN_EXPIRED");
    expect(await reasonFor(world.services.orders.listOrders({}, as(token)))).toBe("TOKEN_EXPIRED");
    expect(await reasonFor(world.services.tickets.listTickets({ mine: true }, as(token)))).toBe("TOKEN_MISSING");
  });

  test("are signed with the key that auth publishes, and with no secret that services share", async () => {
    await inWorld();
    const person = await world.person();
    const [head = ""] = person.token.split(".");
    const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString());
    const published = await publishedKeys();
    expect(alg).toBe("ES256");
    expect(published.map((key) => key.kid)).toContain(kid);
    expect(published.every((key) => !("d" in key))).toBe(true);
    expect(await whoIs(signedToken(claimsOf(person), await signingKeyOf(world)))).toMatchObject({
      user: { id: person.id },
    });
  });

  test("signed with anything else are refused by every service", async () => {
    await inWorld();
    const person = await world.person();
    const key = await signingKeyOf(world);
    const [published] = await publishedKeys();
    const publicPem = createPublicKey({ key: key.jwk, format: "jwk" })
      .export({ type: "spki", format: "pem" })
      .toString();
    const claims = claimsOf(person);
    const forged = {
      "with another key under the same name": signedToken(claims, {
        kid: key.kid,
        jwk: JSON.parse(createSigner().privateJwk),
      }),
      "with a key that nobody publishes": signedToken(claims, {
        kid: "mine",
        jwk: JSON.parse(createSigner().privateJwk),
      }),
      "with nothing": unsignedToken(claims, key.kid),
      "with the public key as a secret": hmacToken(claims, key.kid, publicPem),
      "with the published JSON as a secret": hmacToken(claims, key.kid, JSON.stringify(published)),
      "with an empty secret": hmacToken(claims, key.kid, ""),
    };
    for (const [how, token] of Object.entries(forged)) {
      expect({ how, auth: await whoIs(token) }).toEqual({ how, auth: "TOKEN_INVALID" });
      expect({ how, orders: await reasonFor(world.services.orders.listOrders({}, as(token))) }).toEqual({
        how,
        orders: "TOKEN_INVALID",
      });
    }
  });
});

describe("LESSON 13, e-mail addresses", () => {
  test("belong to one user whatever their case, however many sign up at the same moment", async () => {
    await inWorld();
    const { auth } = world.services;
    const spellings = ["ada@example.com", "ADA@example.com", "Ada@Example.COM", " ada@example.com ", "aDa@eXample.com"];
    const outcomes = await tally(spellings.map((email) => auth.signUp({ email, password })));
    expect(outcomes).toEqual({ ok: 1, EMAIL_TAKEN: spellings.length - 1 });
    expect(await world.rows("auth", "SELECT COUNT(*) AS count FROM users WHERE email_key = 'ada@example.com'")).toEqual(
      [{ count: 1 }],
    );
    expect(await auth.signIn({ email: "ADA@EXAMPLE.COM", password })).toMatchObject({ user: { version: 1 } });
  });
});

describe("LESSON 13, prices", () => {
  test("have no fractions: the contract counts whole minor units, and 12.5 of them are refused", async () => {
    await inWorld();
    const { scalar } = MoneySchema.field.amountMinor;
    expect(scalar).toBe(ScalarType.INT32);
    const { token } = await world.person();
    const price = async (amountMinor: string) => {
      const body = `{"title": "Giselle", "price": {"amountMinor": ${amountMinor}}}`;
      const { outcome } = await postConnect(
        `${world.mesh.edgeUrl}/gittix.tickets.v1.TicketService/CreateTicket`,
        body,
        as(token).headers,
      );
      return outcome.reason || outcome.code;
    };
    expect(await price("12.5")).toBe("REQUEST_MALFORMED");
    expect(await price('"12.50"')).toBe("REQUEST_MALFORMED");
    expect(await price("1e-2")).toBe("REQUEST_MALFORMED");
    expect(await price("1250")).toBe("OK");
    const stored = await world.rows("tickets", "SELECT price_minor FROM tickets");
    expect(stored).toEqual([{ price_minor: 1250 }]);
  });
});

describe("LESSON 13, cookies", () => {
  test("are out of reach for scripts and for other sites", async () => {
    await inWorld();
    const cookies = await cookiesOf("grace@example.com");
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["gittix_access", "gittix_refresh"]);
    for (const cookie of cookies) expect(cookie).toMatch(/; HttpOnly; SameSite=(Lax|Strict)/);
  });

  test("are secure, unless the one who runs the service says that it is not reached over https", async () => {
    // The mesh on a machine of one's own says so; here nobody says anything.
    await inWorld({ settings: { COOKIE_SECURE: "" } });
    for (const cookie of await cookiesOf("grace@example.com")) expect(cookie).toMatch(/; Secure$/);
  });
});

async function publishedKeys(): Promise<Record<string, unknown>[]> {
  const { keys } = (await (await fetch(`${world.mesh.edgeUrl}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, unknown>[];
  };
  return keys;
}

/** Signs up as a page of ours does, which is given cookies and no tokens. */
async function cookiesOf(email: string): Promise<string[]> {
  const { edgeUrl } = world.mesh;
  const response = await fetch(`${edgeUrl}/gittix.auth.v1.AuthService/SignUp`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: edgeUrl },
    body: JSON.stringify({ email, password }),
  });
  expect(await response.json()).not.toHaveProperty("tokens");
  return response.headers.getSetCookie();
}
