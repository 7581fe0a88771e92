import { afterEach, beforeEach, expect, test } from "@jest/globals";
import type { Database } from "@gittix/common/database/database";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { createLog } from "@gittix/common/log";
import { v7 as uuidv7 } from "uuid";
import { join, readEmail } from "./domain/user.ts";
import { ensureOperator } from "./operator.ts";
import { createPasswords } from "./passwords.ts";
import { migrations } from "./store/migrations.ts";
import { tables, Users } from "./store/tables.ts";
import { createUserStore, type UserStore } from "./store/user-store.ts";

const passwords = createPasswords(4);
const operator = { email: "Operator@gittix.test", password: "an operator's password" };
let database: Database;
let users: UserStore;
beforeEach(async () => {
  const [sqlite] = testDatabases;
  if (!sqlite) throw new Error("no database to test on");
  database = await openTestDatabase(sqlite.create, { entities: tables, migrations });
  users = createUserStore(database);
});
afterEach(() => database.close());

const ensure = (password = operator.password) =>
  ensureOperator({
    operator: { ...operator, password },
    users,
    passwords,
    ids: uuidv7,
    log: createLog("test", "silent"),
  });
const all = () => database.reader().find(Users);

test("replicas that start together make one operator", async () => {
  await Promise.all([ensure(), ensure(), ensure()]);
  expect(await all()).toMatchObject([{ email: operator.email, role: "operator", version: 1 }]);
});

test("an operator who exists keeps their password, whatever the settings say", async () => {
  await ensure();
  await ensure("another password");
  const [found] = await all();
  expect(await passwords.matches(operator.password, found?.passwordHash)).toBe(true);
});

test("a user who has the address does not become an operator", async () => {
  await users.insert((at) => {
    const user = join({ id: uuidv7(), ...readEmail(operator.email), passwordHash: "hash", role: "user", at });
    return { user, events: [] };
  });
  await ensure();
  expect(await all()).toMatchObject([{ role: "user", passwordHash: "hash" }]);
});
