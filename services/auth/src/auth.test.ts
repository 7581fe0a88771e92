import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { toJsonString } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { GetCurrentUserResponseSchema } from "@gittix/proto/auth/v1/auth_service";
import { Role } from "@gittix/proto/auth/v1/user";
import { v7 as uuidv7 } from "uuid";
import { operator, password, personOf, refusalOf, startFixture, type Fixture } from "./testing/fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ OPERATOR_EMAIL: operator.email, OPERATOR_PASSWORD: operator.password });
});
afterAll(() => fixture.stop());

describe("signing up", () => {
  test("makes a user who is signed in, and tells the others", async () => {
    const { user, tokens } = await fixture.auth.signUp({ email: "  Ann@Example.com ", password });
    expect(user).toMatchObject({ email: "Ann@Example.com", role: Role.USER, version: 1 });
    const { user: current } = await fixture.auth.getCurrentUser({}, personOf({ user, tokens }).as);
    expect(current).toEqual(user);
    const event = await fixture.event(user?.id ?? "", 1);
    expect(event).toMatchObject({ type: "gittix.auth.v1.UserCreated", user: { email: "Ann@Example.com", version: 1 } });
  });

  test("is refused for an address that somebody has, whatever its case", async () => {
    const { email } = await fixture.signUp();
    expect(await refusalOf(fixture.auth.signUp({ email: email.toUpperCase(), password }))).toBe("EMAIL_TAKEN");
  });

  test("of ten people with one address at the same moment gives one user and nine EMAIL_TAKEN", async () => {
    const email = `${uuidv7()}@example.com`;
    const reasons = await Promise.all(
      Array.from({ length: 10 }, () => refusalOf(fixture.auth.signUp({ email, password }))),
    );
    expect(reasons.filter((reason) => reason === undefined)).toHaveLength(1);
    expect(reasons.filter((reason) => reason === "EMAIL_TAKEN")).toHaveLength(9);
  });

  test.each([
    ["no address", { email: "", password }],
    ["no domain", { email: "ann@", password }],
    ["an invisible character", { email: "a\u200bnn@example.com", password }],
    ["an address that is too long", { email: `${"a".repeat(250)}@example.com`, password }],
    ["a short password", { email: "new@example.com", password: "1234567" }],
    ["more bytes than bcrypt reads", { email: "new@example.com", password: "ü".repeat(37) }],
  ])("is refused with %s", async (_what, request) => {
    expect(await refusalOf(fixture.auth.signUp(request))).toBe("VALIDATION_FAILED");
  });
});

describe("signing in", () => {
  test("takes the address in any case and the right password", async () => {
    const { id, email } = await fixture.signUp();
    const signedIn = personOf(await fixture.auth.signIn({ email: ` ${email.toUpperCase()}`, password }));
    expect(signedIn.id).toBe(id);
  });

  test("does not tell a wrong password from an address that nobody has", async () => {
    const { email } = await fixture.signUp();
    const wrong = await fixture.auth.signIn({ email, password: "not this one" }).catch(String);
    const unknown = await fixture.auth.signIn({ email: "nobody@example.com", password }).catch(String);
    expect(wrong).toEqual(unknown);
    expect(await refusalOf(fixture.auth.signIn({ email, password: "not this one" }))).toBe("CREDENTIALS_WRONG");
  });

  test("is refused without a password", async () => {
    expect(await refusalOf(fixture.auth.signIn({ email: "a@b.c", password: "" }))).toBe("VALIDATION_FAILED");
  });

  test("gives an operator what they are, from the settings", async () => {
    const { user } = await fixture.auth.signIn(operator);
    expect(user?.role).toBe(Role.OPERATOR);
  });
});

describe("changing a user", () => {
  test("gives them another address, which they sign in with from then on", async () => {
    const ann = await fixture.signUp();
    const email = `${uuidv7()}@example.com`;
    const { user, tokens } = await fixture.auth.updateUser({ currentPassword: password, email }, ann.as);
    expect([user?.email, user?.version, tokens]).toEqual([email, 2, undefined]);
    expect(await fixture.event(ann.id, 2)).toMatchObject({ type: "gittix.auth.v1.UserUpdated", user: { email } });
    expect(await refusalOf(fixture.auth.signIn({ email: ann.email, password }))).toBe("CREDENTIALS_WRONG");
    expect(personOf(await fixture.auth.signIn({ email, password })).id).toBe(ann.id);
    expect(await refusalOf(fixture.auth.refreshSession({ refreshToken: ann.refreshToken }))).toBeUndefined();
  });

  test("to a new password ends all sessions but the one that begins with it", async () => {
    const ann = await fixture.signUp();
    const elsewhere = personOf(await fixture.auth.signIn({ email: ann.email, password }));
    const changed = personOf(
      await fixture.auth.updateUser({ currentPassword: password, newPassword: "another password" }, ann.as),
    );
    for (const { refreshToken } of [ann, elsewhere]) {
      expect(await refusalOf(fixture.auth.refreshSession({ refreshToken }))).toBe("SESSION_ENDED");
    }
    expect(await refusalOf(fixture.auth.refreshSession({ refreshToken: changed.refreshToken }))).toBeUndefined();
    expect(await refusalOf(fixture.auth.signIn({ email: ann.email, password }))).toBe("CREDENTIALS_WRONG");
    await fixture.auth.signIn({ email: ann.email, password: "another password" });
  });

  test("asks for the current password", async () => {
    const { as } = await fixture.signUp();
    const call = fixture.auth.updateUser({ currentPassword: "not this one", newPassword: "another password" }, as);
    expect(await refusalOf(call)).toBe("CREDENTIALS_WRONG");
  });

  test("is refused with somebody else's address, with nothing to change, and without a token", async () => {
    const [ann, bob] = [await fixture.signUp(), await fixture.signUp()];
    const update = fixture.auth.updateUser;
    expect(await refusalOf(update({ currentPassword: password, email: bob.email.toUpperCase() }, ann.as))).toBe(
      "EMAIL_TAKEN",
    );
    expect(await refusalOf(update({ currentPassword: password }, ann.as))).toBe("VALIDATION_FAILED");
    expect(await refusalOf(update({ currentPassword: password, email: "x@example.com" }))).toBe("TOKEN_MISSING");
  });
});

test("passwords, tokens and addresses are nowhere in the log, nor in the answers about a user", async () => {
  const ann = await fixture.signUp("shy-person@example.com");
  await refusalOf(fixture.auth.signIn({ email: ann.email, password: "a wrong password" }));
  await refusalOf(fixture.auth.signUp({ email: ann.email, password }));
  await fixture.auth.refreshSession({ refreshToken: ann.refreshToken });
  await fixture.auth.updateUser({ currentPassword: password, newPassword: "another password" }, ann.as);
  const told = toJsonString(GetCurrentUserResponseSchema, await fixture.auth.getCurrentUser({}, ann.as));
  const [row] = fixture.sql("SELECT password_hash AS hash FROM users WHERE id = ?", ann.id);
  const log = fixture.log();
  expect(log).toContain("gittix.auth.v1.AuthService/SignIn");
  for (const secret of [
    password,
    operator.password,
    "wrong password",
    "another password",
    ann.accessToken,
    ann.refreshToken,
    String(row?.["hash"]),
  ]) {
    expect([log.includes(secret), told.includes(secret)]).toEqual([false, false]);
  }
  for (const address of [ann.email, operator.email]) expect(log).not.toContain(address);
});

test("times are those of the sign-up", async () => {
  const before = Date.now();
  const { user } = await fixture.auth.signUp({ email: `${uuidv7()}@example.com`, password });
  const createdAt = user?.createdAt ? timestampDate(user.createdAt).getTime() : 0;
  expect(Math.abs(createdAt - before)).toBeLessThan(10_000);
  expect(user?.updatedAt).toEqual(user?.createdAt);
});
