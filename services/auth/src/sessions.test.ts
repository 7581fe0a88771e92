import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  importJWK,
  jwtVerify,
  SignJWT,
  type JWK,
  type JWTPayload,
} from "jose";
import { v7 as uuidv7 } from "uuid";
import { password, personOf, refusalOf, startFixture, type Fixture } from "./testing/fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const refresh = (refreshToken: string) => fixture.auth.refreshSession({ refreshToken });
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe("an access token", () => {
  const expected = { issuer: "gittix-auth", audience: "gittix", algorithms: ["ES256"] };

  test("is good by the keys that are published, over HTTP and over gRPC alike", async () => {
    const { user, tokens } = await fixture.auth.signUp({ email: `${uuidv7()}@example.com`, password });
    const token = tokens?.accessToken ?? "";
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${fixture.http}/.well-known/jwks.json`)),
      expected,
    );
    expect(payload).toMatchObject({ sub: user?.id, role: "user", sid: expect.any(String) });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
    expect(tokens?.accessTokenExpiresAt && timestampDate(tokens.accessTokenExpiresAt).getTime()).toBe(
      (payload.exp ?? 0) * 1000,
    );
    const { keys } = await fixture.keys.listSigningKeys({});
    expect(keys[0]?.kid).toBe(protectedHeader.kid);
    const jwks = createLocalJWKSet({
      keys: keys.map(({ kid, alg, kty, crv, x, y }) => ({ kid, alg, kty, crv, x, y })),
    });
    await jwtVerify(token, jwks, expected);
  });

  test("keys are published for caches, without their private half", async () => {
    const answer = await fetch(`${fixture.http}/.well-known/jwks.json`);
    expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.text()).not.toContain('"d"');
  });

  test("that has run out, was changed, or is for somebody else is refused, and says which", async () => {
    const ann = await fixture.signUp();
    const call = (token: string) => refusalOf(fixture.auth.getCurrentUser({}, bearer(token)));
    const now = Math.floor(Date.now() / 1000);
    const claims = decodeJwt(ann.accessToken);
    expect(await call(await signAsAuth(claims))).toBeUndefined();
    expect(await call(await signAsAuth({ ...claims, exp: now - 60 }))).toBe("TOKEN_EXPIRED");
    expect(await call(await signAsAuth({ ...claims, aud: "another" }))).toBe("TOKEN_INVALID");
    expect(await call(await signAsAuth({ ...claims, iss: "another" }))).toBe("TOKEN_INVALID");
    expect(await call(await signAsAuth({ ...claims, sub: uuidv7() }))).toBe("TOKEN_INVALID");
    expect(await call(`${ann.accessToken.slice(0, -8)}AAAAAAAA`)).toBe("TOKEN_INVALID");
    expect(await call("nonsense")).toBe("TOKEN_INVALID");
    expect(await refusalOf(fixture.auth.getCurrentUser({}))).toBe("TOKEN_MISSING");
  });
});

describe("a refresh token", () => {
  test("is traded for another pair, of the same user and session", async () => {
    const ann = await fixture.signUp();
    const next = personOf(await refresh(ann.refreshToken));
    expect(next.id).toBe(ann.id);
    expect(decodeJwt(next.accessToken)["sid"]).toBe(decodeJwt(ann.accessToken)["sid"]);
    expect(next.refreshToken).not.toBe(ann.refreshToken);
    await refresh(next.refreshToken);
  });

  test("that is used twice ends the session, for the thief and for its owner", async () => {
    const ann = await fixture.signUp();
    const elsewhere = personOf(await fixture.auth.signIn({ email: ann.email, password }));
    const next = personOf(await refresh(ann.refreshToken));
    expect(await refusalOf(refresh(ann.refreshToken))).toBe("SESSION_ENDED");
    expect(await refusalOf(refresh(next.refreshToken))).toBe("SESSION_ENDED");
    expect(await refusalOf(refresh(elsewhere.refreshToken))).toBeUndefined();
  });

  test("that has run out says that the session has ended", async () => {
    const ann = await fixture.signUp();
    fixture.sql("UPDATE sessions SET expires_at = '2001-01-01 00:00:00.000' WHERE user_id = ?", ann.id);
    expect(await refusalOf(refresh(ann.refreshToken))).toBe("SESSION_ENDED");
  });

  test("that nobody was given is not valid, and ends nobody's session", async () => {
    const ann = await fixture.signUp();
    const [sessionId = ""] = ann.refreshToken.split(".");
    const guess = `${sessionId}.${"A".repeat(43)}`;
    for (const token of ["nonsense", guess, ann.accessToken])
      expect(await refusalOf(refresh(token))).toBe("TOKEN_INVALID");
    expect(await refusalOf(refresh(""))).toBe("TOKEN_MISSING");
    expect(await refusalOf(refresh(ann.refreshToken))).toBeUndefined();
  });

  test("is refreshed with a worn-out access token beside it", async () => {
    const ann = await fixture.signUp();
    const wornOut = await signAsAuth({ ...decodeJwt(ann.accessToken), exp: 1 });
    const { user } = await fixture.auth.refreshSession({ refreshToken: ann.refreshToken }, bearer(wornOut));
    expect(user?.id).toBe(ann.id);
  });

  test("is not in the database as it was given out", async () => {
    const ann = await fixture.signUp();
    expect(JSON.stringify(fixture.sql("SELECT * FROM refresh_tokens"))).not.toContain(ann.refreshToken.split(".")[1]);
  });
});

describe("signing out", () => {
  test("ends the session of the refresh token, and no other", async () => {
    const ann = await fixture.signUp();
    const elsewhere = personOf(await fixture.auth.signIn({ email: ann.email, password }));
    await fixture.auth.signOut({ refreshToken: ann.refreshToken });
    expect(await refusalOf(refresh(ann.refreshToken))).toBe("SESSION_ENDED");
    expect(await refusalOf(refresh(elsewhere.refreshToken))).toBeUndefined();
  });

  test("ends the session of the access token", async () => {
    const ann = await fixture.signUp();
    await fixture.auth.signOut({}, ann.as);
    expect(await refusalOf(refresh(ann.refreshToken))).toBe("SESSION_ENDED");
  });

  test("everywhere ends all of them, and needs an access token", async () => {
    const ann = await fixture.signUp();
    const elsewhere = personOf(await fixture.auth.signIn({ email: ann.email, password }));
    expect(await refusalOf(fixture.auth.signOut({ refreshToken: ann.refreshToken, everywhere: true }))).toBe(
      "TOKEN_MISSING",
    );
    await fixture.auth.signOut({ everywhere: true }, elsewhere.as);
    for (const { refreshToken } of [ann, elsewhere])
      expect(await refusalOf(refresh(refreshToken))).toBe("SESSION_ENDED");
  });

  test("succeeds where there is nothing left to end", async () => {
    const ann = await fixture.signUp();
    const { signOut } = fixture.auth;
    const outs = [
      signOut({}),
      signOut({ refreshToken: "nonsense" }),
      signOut({ refreshToken: ann.refreshToken }),
      signOut({}, ann.as),
    ];
    for (const out of outs) expect(await refusalOf(out)).toBeUndefined();
  });
});

/** Signs claims with the key that the service has in use. */
async function signAsAuth(claims: JWTPayload): Promise<string> {
  const [row] = fixture.sql("SELECT kid, private_jwk AS jwk FROM signing_keys");
  const jwk: JWK = JSON.parse(String(row?.["jwk"]));
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", kid: String(row?.["kid"]) })
    .sign(await importJWK(jwk, "ES256"));
}
