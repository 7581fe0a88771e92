import { expect, test } from "@jest/globals";
import { readAuthConfig } from "./config.ts";

const least = { DATABASE_URL: "sqlite:auth.db", SERVICE_KEYS: '{"keys":[]}' };

test("the defaults are those of the contract", () => {
  expect(readAuthConfig(least)).toMatchObject({
    cookieSecure: true,
    bcryptCost: 12,
    accessLifeMs: 15 * 60_000,
    refreshLifeMs: 30 * 86_400_000,
    rotateAfterMs: 90 * 86_400_000,
    windowMs: 15 * 60_000,
    failuresPerAccount: 10,
    failuresPerAddress: 100,
    operator: undefined,
  });
});

test.each([
  [{ OPERATOR_EMAIL: "op@gittix.test" }, "OPERATOR_PASSWORD is missing beside OPERATOR_EMAIL"],
  [{ OPERATOR_PASSWORD: "long enough" }, "OPERATOR_EMAIL is missing beside OPERATOR_PASSWORD"],
  [{ OPERATOR_EMAIL: "op@gittix.test", OPERATOR_PASSWORD: "short" }, "OPERATOR_PASSWORD must be at least 8 characters"],
  [
    { COOKIE_SECURE: "maybe", BCRYPT_COST: "3" },
    /COOKIE_SECURE must be one of true, false; BCRYPT_COST must be a whole/,
  ],
])("refuses %j", (env, complaint) => {
  expect(() => readAuthConfig({ ...least, ...env })).toThrow(complaint);
});

test("a complaint about the operator's password does not repeat it", () => {
  const env = { ...least, OPERATOR_EMAIL: "op@gittix.test", OPERATOR_PASSWORD: "s3cret" };
  expect(() => readAuthConfig(env)).toThrow(/^(?!.*s3cret).*OPERATOR_PASSWORD/);
});
