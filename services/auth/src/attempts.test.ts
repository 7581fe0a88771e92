import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { metadataOf, reasonOf } from "@gittix/common/errors";
import { password, post, refusalOf, startFixture, type Fixture } from "./testing/fixture.ts";

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ SIGN_UPS_PER_ADDRESS: "20" });
});
afterAll(() => fixture.stop());

/** Signs in over HTTP, where the edge says which address the caller has. */
async function signInFrom(address: string, email: string, tried: string): Promise<string | undefined> {
  return (await post(fixture.http, "SignIn", { email, password: tried }, { "x-forwarded-for": address })).reason;
}

test("ten wrong passwords close an account for a while, to the right one too, and say for how long", async () => {
  const { email } = await fixture.signUp();
  for (let n = 0; n < 10; n++) {
    expect(await refusalOf(fixture.auth.signIn({ email, password: "not this one" }))).toBe("CREDENTIALS_WRONG");
  }
  const error: unknown = await fixture.auth
    .signIn({ email: email.toUpperCase(), password })
    .catch((caught: unknown) => caught);
  expect(reasonOf(error)).toBe("TOO_MANY_ATTEMPTS");
  const seconds = Number(metadataOf(error)["retry_after_seconds"]);
  expect(seconds).toBeGreaterThan(890);
  expect(seconds).toBeLessThanOrEqual(900);
  expect(await signInFrom("192.0.2.50", email, password)).toBe("TOO_MANY_ATTEMPTS");
  fixture.sql("UPDATE attempts SET attempted_at = '2001-01-01 00:00:00.000'");
  await fixture.auth.signIn({ email, password });
});

test("an address that nobody has is closed like one that somebody has", async () => {
  const reasons = [];
  for (let n = 0; n < 11; n++) reasons.push(await signInFrom("192.0.2.51", "ghost@example.com", "whatever"));
  expect(reasons).toEqual([...Array.from({ length: 10 }, () => "CREDENTIALS_WRONG"), "TOO_MANY_ATTEMPTS"]);
});

test("right passwords are never too many, even at the same moment", async () => {
  const { email } = await fixture.signUp();
  const outcomes = await Promise.all(
    Array.from({ length: 120 }, () => refusalOf(fixture.auth.signIn({ email, password }))),
  );
  expect(new Set(outcomes)).toEqual(new Set([undefined]));
});

test("a hundred failures from one address close it for every account, and no other address", async () => {
  const { email } = await fixture.signUp();
  const reasons = await Promise.all(
    Array.from({ length: 100 }, (_, n) => signInFrom("192.0.2.52", `guess-${n}@example.com`, "whatever")),
  );
  expect(new Set(reasons)).toEqual(new Set(["CREDENTIALS_WRONG"]));
  expect(await signInFrom("192.0.2.52", email, password)).toBe("TOO_MANY_ATTEMPTS");
  expect(await signInFrom("192.0.2.53", email, password)).toBeUndefined();
});

test("the current password cannot be guessed either by somebody who has a token", async () => {
  const { as } = await fixture.signUp();
  const guess = () =>
    refusalOf(fixture.auth.updateUser({ currentPassword: "not this one", newPassword: "another password" }, as));
  for (let n = 0; n < 10; n++) expect(await guess()).toBe("CREDENTIALS_WRONG");
  expect(await guess()).toBe("TOO_MANY_ATTEMPTS");
});

test("sign-ups from one address are limited", async () => {
  const crowd = await startFixture({ SIGN_UPS_PER_ADDRESS: "2" });
  try {
    await crowd.signUp();
    await crowd.signUp();
    expect(await refusalOf(crowd.signUp())).toBe("TOO_MANY_ATTEMPTS");
  } finally {
    await crowd.stop();
  }
});
