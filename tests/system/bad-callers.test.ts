import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { accessOf } from "@gittix/common/rpc/access";
import { createSigner } from "@gittix/common/testing/signer";
import { serviceNames } from "@gittix/local/service-table";
import { Caller } from "@gittix/proto/access/v1/access";
import type { Outcome } from "../support/outcome.ts";
import { claimsOf, signedToken, signingKeyOf } from "../support/tokens.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import { alike, openMarketplace, sampleOf, type Marketplace, type Rpc } from "./bad-input/marketplace.ts";

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

const accessTo = ({ method }: Rpc) => {
  const { callers = [], services = [] } = accessOf(method) ?? {};
  return { callers, services, anyone: callers.includes(Caller.ANYONE) };
};
const asUser = (token: string) => ({ authorization: `Bearer ${token}` });
const mayNot = { code: "PermissionDenied", reason: "CALLER_NOT_ALLOWED" };

/** Calls rpcs with sound input, and gives those that do not answer as expected, alike through every door. */
async function notAnswered(
  rpcs: readonly Rpc[],
  headers: (rpc: Rpc) => Record<string, string>,
  expected: (rpc: Rpc) => Partial<Outcome>,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const rpc of rpcs) {
    const outcomes = await marketplace.call(rpc, () => sampleOf(rpc), headers(rpc));
    const [, first] = outcomes[0] ?? [];
    const right = first && Object.entries(expected(rpc)).every(([name, value]) => Reflect.get(first, name) === value);
    if (!right || !alike(outcomes)) wrong.push({ rpc: rpc.name, outcomes });
  }
  return wrong;
}

describe("an access token", () => {
  const guarded = () => marketplace.rpcs.filter((rpc) => !accessTo(rpc).anyone);

  test("that is missing is told so to people, and services are told that they may not", async () => {
    const expected = (rpc: Rpc) =>
      accessTo(rpc).callers.length > 0
        ? { code: "Unauthenticated", reason: "TOKEN_MISSING", domain: "gittix" }
        : mayNot;
    expect(await notAnswered(guarded(), () => ({}), expected)).toEqual([]);
  });

  test("that is broken or forged is refused with TOKEN_INVALID by every rpc that asks for one", async () => {
    const { token } = marketplace.user;
    const [head = "", body = "", signature = ""] = token.split(".");
    const promoted = Buffer.from(JSON.stringify({ ...claimsOf(marketplace.user), role: "operator" })).toString(
      "base64url",
    );
    const key = await signingKeyOf(marketplace.world);
    const stranger = { ...key, jwk: JSON.parse(createSigner().privateJwk) };
    const broken = {
      nonsense: "Bearer nonsense",
      "no scheme": token,
      "another scheme": `Basic ${Buffer.from("ada:battery").toString("base64")}`,
      "nothing after the scheme": "Bearer ",
      "two tokens": `Bearer ${token} ${token}`,
      "a very long one": `Bearer ${"x".repeat(7000)}`,
      "cut short": `Bearer ${head}.${body}`,
      "other claims under the same signature": `Bearer ${head}.${promoted}.${signature}`,
      "another's signature": `Bearer ${signedToken(claimsOf(marketplace.user), stranger)}`,
      "for another audience": `Bearer ${signedToken({ ...claimsOf(marketplace.user), aud: "elsewhere" }, key)}`,
      "from another issuer": `Bearer ${signedToken({ ...claimsOf(marketplace.user), iss: "elsewhere" }, key)}`,
      "a role that nobody has": `Bearer ${signedToken({ ...claimsOf(marketplace.user), role: "admin" }, key)}`,
    };
    const expected = () => ({ code: "Unauthenticated", reason: "TOKEN_INVALID", domain: "gittix" });
    for (const [what, authorization] of Object.entries(broken)) {
      expect({ what, wrong: await notAnswered(guarded(), () => ({ authorization }), expected) }).toEqual({
        what,
        wrong: [],
      });
    }
  });

  test("that has run out is refused with TOKEN_EXPIRED by every rpc that asks for one", async () => {
    const past = Math.floor(Date.now() / 1000) - 60;
    const token = signedToken({ ...claimsOf(marketplace.user), exp: past }, await signingKeyOf(marketplace.world));
    const expected = () => ({ code: "Unauthenticated", reason: "TOKEN_EXPIRED", domain: "gittix" });
    expect(await notAnswered(guarded(), () => asUser(token), expected)).toEqual([]);
  });

  test("that is no good is as good as none where anyone may call: signing in must work with it", async () => {
    const open = marketplace.rpcs.filter((rpc) => accessTo(rpc).anyone);
    const expected = ({ sample }: Rpc) => (sample?.answer === "OK" ? { code: "OK" } : { reason: sample?.answer ?? "" });
    expect(open.length).toBeGreaterThan(5);
    expect(await notAnswered(open, () => asUser("nonsense"), expected)).toEqual([]);
  });
});

describe("a caller of the wrong kind", () => {
  test("is refused with CALLER_NOT_ALLOWED: a user where operators or services call", async () => {
    const closed = marketplace.rpcs.filter(
      (rpc) => !accessTo(rpc).anyone && !accessTo(rpc).callers.includes(Caller.USER),
    );
    expect(closed.length).toBeGreaterThan(10);
    expect(
      await notAnswered(
        closed,
        () => asUser(marketplace.user.token),
        () => mayNot,
      ),
    ).toEqual([]);
  });

  test("is refused with CALLER_NOT_ALLOWED: an operator where services call", async () => {
    const closed = marketplace.rpcs.filter((rpc) => accessTo(rpc).callers.length === 0);
    expect(closed.length).toBeGreaterThan(2);
    expect(
      await notAnswered(
        closed,
        () => asUser(marketplace.operator.token),
        () => mayNot,
      ),
    ).toEqual([]);
  });

  test("is refused with CALLER_NOT_ALLOWED: every service that the contract does not name", async () => {
    for (const name of serviceNames) {
      const closed = marketplace.rpcs.filter((rpc) => !accessTo(rpc).anyone && !accessTo(rpc).services.includes(name));
      expect(closed.length).toBeGreaterThan(10);
      expect(
        await notAnswered(
          closed,
          () => marketplace.asService(name),
          () => mayNot,
        ),
      ).toEqual([]);
    }
  });

  test("is refused with TOKEN_INVALID: a service whose token is signed with a key of its own", async () => {
    const forged = createSigner().token({ iss: "gittix-local", sub: "orders" });
    const closed = marketplace.rpcs.filter((rpc) => accessTo(rpc).services.length > 0);
    const expected = () => ({ code: "Unauthenticated", reason: "TOKEN_INVALID" });
    expect(closed.length).toBeGreaterThan(4);
    expect(await notAnswered(closed, () => ({ "x-service-authorization": `Bearer ${forged}` }), expected)).toEqual([]);
  });
});
