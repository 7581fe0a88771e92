import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";
import { password, post, startFixture, type Fixture } from "./testing/fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const origin = "https://gittix.test";

type Cookies = Readonly<Record<string, string>>;

/** Calls as a page does: with an Origin, and with the cookies that the browser keeps. */
async function call(method: string, request: object, cookies: Cookies = {}) {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
  const result = await post(fixture.http, method, request, { origin, cookie });
  const kept: Record<string, string> = {};
  for (const line of result.set) {
    const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=", 2);
    kept[name] = value;
  }
  return { ...result, kept };
}

const signUp = () => call("SignUp", { email: `${uuidv7()}@example.com`, password });
const rulesOf = (cookies: readonly string[]) => cookies.map((cookie) => cookie.replace(/=[^;]*/, ""));

describe("a browser", () => {
  test("gets its tokens as cookies that no script can read, and none in the answer", async () => {
    const { status, answer, set } = await signUp();
    expect([status, Object.keys(answer)]).toEqual([200, ["user"]]);
    expect(rulesOf(set)).toEqual([
      "gittix_access; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax; Secure",
      "gittix_refresh; Max-Age=2592000; Path=/gittix.auth.v1.AuthService/; HttpOnly; SameSite=Strict; Secure",
    ]);
  });

  test("is known by its cookie", async () => {
    const { answer, kept } = await signUp();
    expect((await call("GetCurrentUser", {}, kept)).answer).toEqual({ user: answer.user });
    expect((await call("GetCurrentUser", {})).reason).toBe("TOKEN_MISSING");
  });

  test("refreshes by its cookie, and loses both when the token comes a second time", async () => {
    const { kept } = await signUp();
    const refreshed = await call("RefreshSession", {}, kept);
    expect([refreshed.status, Object.keys(refreshed.answer)]).toEqual([200, ["user"]]);
    expect(refreshed.kept["gittix_refresh"]).not.toBe(kept["gittix_refresh"]);

    const again = await call("RefreshSession", {}, kept);
    expect([again.status, again.reason]).toEqual([401, "SESSION_ENDED"]);
    expect(again.kept).toEqual({ gittix_access: "", gittix_refresh: "" });
    expect(again.set.join()).toContain("Max-Age=0");
  });

  test("signs out by its cookie, which is taken away", async () => {
    const { kept } = await signUp();
    const out = await call("SignOut", {}, { gittix_refresh: kept["gittix_refresh"] ?? "" });
    expect(out.kept).toEqual({ gittix_access: "", gittix_refresh: "" });
    expect((await call("RefreshSession", {}, kept)).reason).toBe("SESSION_ENDED");
  });

  test("gets new cookies with a new password, and keeps its old ones with a new address", async () => {
    const { kept } = await signUp();
    const moved = await call("UpdateUser", { currentPassword: password, email: `${uuidv7()}@example.com` }, kept);
    expect([moved.status, moved.set]).toEqual([200, []]);
    const changed = await call("UpdateUser", { currentPassword: password, newPassword: "another password" }, kept);
    expect(Object.keys(changed.answer)).toEqual(["user"]);
    expect((await call("RefreshSession", {}, kept)).reason).toBe("SESSION_ENDED");
    expect((await call("RefreshSession", {}, changed.kept)).status).toBe(200);
  });

  test("finds each bad field by its name", async () => {
    const { status, answer, reason } = await call("SignUp", { email: "nobody", password: "short" });
    expect([status, reason]).toEqual([400, "VALIDATION_FAILED"]);
    const fieldViolations = [{ field: "email" }, { field: "password" }];
    expect(answer).toMatchObject({ details: [{}, { debug: { fieldViolations } }] });
  });

  test("reaches no internal service", async () => {
    const answer = await fetch(`${fixture.http}/gittix.auth.v1.KeyService/ListSigningKeys`, { method: "POST" });
    expect(answer.status).toBe(404);
  });
});

test("a program over HTTP gets tokens in the answer, and no cookies", async () => {
  const { answer, set } = await post(fixture.http, "SignUp", { email: `${uuidv7()}@example.com`, password }, {});
  expect(Object.keys(answer)).toEqual(["user", "tokens"]);
  expect(set).toEqual([]);
});

test("cookies are not marked Secure where the site is served over plain HTTP on this machine", async () => {
  const local = await startFixture({ COOKIE_SECURE: "false" });
  try {
    const { set } = await post(local.http, "SignUp", { email: "ann@example.com", password }, { origin });
    expect(set).toHaveLength(2);
    expect(set.join()).not.toContain("Secure");
  } finally {
    await local.stop();
  }
});
