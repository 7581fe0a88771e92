import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Database } from "@gittix/common/database/database";
import { Outbox } from "@gittix/common/database/outbox";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { reasonOf } from "@gittix/common/errors";
import { createLog } from "@gittix/common/log";
import { v7 as uuidv7 } from "uuid";
import { createAttemptLimits } from "../attempt-limits.ts";
import { renew, start } from "../domain/session.ts";
import { change, join, readEmail, type User } from "../domain/user.ts";
import { openKeyRing } from "../key-ring.ts";
import { userCreated, userUpdated } from "../messages.ts";
import { newRefreshToken } from "../refresh-tokens.ts";
import { createAuthStore, type AuthStore } from "./auth-store.ts";
import { migrations } from "./migrations.ts";
import { Attempts, RefreshTokens, Sessions, SigningKeys, tables } from "./tables.ts";

const lifeMs = 60_000;
const windowMs = 60_000;

describe.each(testDatabases)("the store of auth on $name", ({ create }) => {
  let database: Database;
  let store: AuthStore;

  beforeEach(async () => {
    database = await openTestDatabase(create, { entities: tables, migrations });
    store = createAuthStore(database, { windowMs });
  });
  afterEach(() => database.close());

  /** Somebody with a session; the token is the one that renews it. */
  async function signUp(email: string) {
    const token = newRefreshToken(uuidv7());
    const { user, started } = await store.users.insert((at) => {
      const user = join({ id: uuidv7(), ...readEmail(email), passwordHash: "hash", role: "user", at });
      return { user, events: [userCreated(user)], started: start({ token, userId: user.id, lifeMs, at }) };
    });
    return { user, session: started.session, token };
  }

  const refresh = (hash: string, next: string) =>
    store.sessions.renew(hash, (session, used, at) => renew(session, used, { hash: next, lifeMs, at }));
  const changeEmail = (user: User, email: string) =>
    store.users.update(user.id, (before, at) => {
      const user = change(before, { provenHash: "hash", email: readEmail(email), at });
      return { user, events: [userUpdated(user)] };
    });

  describe("users", () => {
    test("are given back as they were saved, by id and by address", async () => {
      const { user } = await signUp("Zoë🎟@example.com");
      expect(await store.users.get(user.id)).toEqual(user);
      expect(await store.users.findByEmail(user.emailKey)).toEqual(user);
      expect(await store.users.get(uuidv7())).toBeNull();
    });

    test("of many who sign up with one address at the same moment, there is one, with one event", async () => {
      const spellings = Array.from({ length: 20 }, (_, n) => (n % 2 ? "ann@example.com" : "ANN@Example.com"));
      const outcomes = await Promise.allSettled(spellings.map(signUp));
      const reasons = outcomes.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
      expect(reasons).toEqual(Array.from({ length: 19 }, () => "EMAIL_TAKEN"));
      expect(await database.reader().count(Outbox)).toBe(1);
      expect(await database.reader().count(Sessions)).toBe(1);
    });

    test("whose addresses differ by an accent alone are two", async () => {
      await signUp("zoe@example.com");
      await signUp("zoë@example.com");
      expect(await database.reader().count(Outbox)).toBe(2);
    });

    test("keep their address when the new one is somebody else's, and no event is left behind", async () => {
      const { user: ann } = await signUp("ann@example.com");
      await signUp("bob@example.com");
      await expect(changeEmail(ann, "BOB@example.com")).rejects.toMatchObject({
        message: expect.stringContaining("signed up"),
      });
      expect(await store.users.get(ann.id)).toEqual(ann);
      expect(await database.reader().count(Outbox)).toBe(2);
    });

    test("may write their own address in another case", async () => {
      const { user } = await signUp("ann@example.com");
      await changeEmail(user, "Ann@Example.com");
      expect(await store.users.get(user.id)).toMatchObject({
        email: "Ann@Example.com",
        emailKey: "ann@example.com",
        version: 2,
      });
    });
  });

  describe("sessions", () => {
    test("of many who use one refresh token at the same moment one gets another, and the session ends", async () => {
      const { session, token } = await signUp("ann@example.com");
      const renewals = await Promise.all(Array.from({ length: 10 }, (_, n) => refresh(token.hash, `next-${n}`)));
      expect(renewals.filter((each) => each?.token)).toHaveLength(1);
      const [row] = await database.reader().findBy(Sessions, { id: session.id });
      expect(row?.endedAt).toBeInstanceOf(Date);
    });

    test("are renewed again and again, each token once", async () => {
      const { session, token } = await signUp("ann@example.com");
      expect((await refresh(token.hash, "second"))?.token?.hash).toBe("second");
      expect((await refresh("second", "third"))?.token?.hash).toBe("third");
      expect((await refresh(token.hash, "fourth"))?.token).toBeUndefined();
      expect((await refresh("third", "fifth"))?.token).toBeUndefined();
      expect(await store.sessions.findByToken("second")).toMatchObject({ id: session.id });
      expect(await refresh("nobody's", "sixth")).toBeNull();
    });

    test("end one by one or all of a user's together, and nobody else's", async () => {
      const [ann, bob] = [await signUp("ann@example.com"), await signUp("bob@example.com")];
      expect(await store.sessions.end(ann.session.id)).toBe(true);
      expect(await store.sessions.end(ann.session.id)).toBe(false);
      await store.sessions.endAllOf(ann.user.id);
      expect((await refresh(ann.token.hash, "x"))?.token).toBeUndefined();
      expect((await refresh(bob.token.hash, "y"))?.token).toBeDefined();
    });

    test("that are over are forgotten with their tokens, and others are not", async () => {
      const over = await signUp("ann@example.com");
      const alive = await signUp("bob@example.com");
      await store.sessions.end(over.session.id);
      await refresh(alive.token.hash, "second");
      await store.sessions.prune({ keepMs: 60_000, tokenLifeMs: 60_000 });
      expect(await database.reader().count(Sessions)).toBe(2);
      expect(await database.reader().count(RefreshTokens)).toBe(3);
      // As if a while had passed: what ended just now is old, and so is a token that was used just now.
      await store.sessions.prune({ keepMs: -1000, tokenLifeMs: -1000 });
      expect(await store.sessions.findByToken(over.token.hash)).toBeNull();
      expect(await store.sessions.findByToken("second")).toMatchObject({ id: alive.session.id });
      expect(await database.reader().count(RefreshTokens)).toBe(1);
    });
  });

  describe("signing keys", () => {
    const open = () =>
      openKeyRing({
        store: store.keys,
        ids: uuidv7,
        rotateAfterMs: lifeMs,
        accessLifeMs: 900_000,
        log: createLog("test", "silent"),
      });
    /** Makes every key older, as if that time had passed. */
    const age = async (ms: number) => {
      for (const { kid, createdAt } of await database.reader().find(SigningKeys)) {
        const older = new Date(createdAt.getTime() - ms);
        await database.write(({ manager }) => manager.update(SigningKeys, { kid }, { createdAt: older }));
      }
    };

    test("replicas that start together make one, and sign with it", async () => {
      const rings = await Promise.all(Array.from({ length: 5 }, open));
      expect(new Set(rings.map((ring) => ring.signer().kid)).size).toBe(1);
      expect(await database.reader().count(SigningKeys)).toBe(1);
    });

    test("are replaced when they are old, and forgotten when no token can be signed with them", async () => {
      const ring = await open();
      const kids = () => ring.published().map(({ kid }) => kid);
      const first = ring.signer().kid;
      await age(lifeMs);
      await ring.refresh();
      const second = kids()[1];
      expect(kids()).toEqual([first, second]);
      expect(ring.signer().kid).toBe(first);
      await age(10 * 60_000);
      await ring.refresh();
      expect(ring.signer().kid).toBe(second);
      expect(kids()).toContain(first);
      await age(20 * 60_000);
      await ring.refresh();
      expect(kids()).not.toContain(first);
      expect(await database.reader().findBy(SigningKeys, { kid: first })).toEqual([]);
    });

    test("never show their private half", async () => {
      const ring = await open();
      expect(Object.keys(ring.published()[0] ?? {})).toEqual(["kid", "alg", "use", "kty", "crv", "x", "y"]);
    });
  });

  describe("attempts", () => {
    const limitsOf = (numbers: { account: number; address: number }, attempts = store.attempts) =>
      createAttemptLimits({
        store: attempts,
        ids: uuidv7,
        windowMs,
        failuresPerAccount: numbers.account,
        failuresPerAddress: numbers.address,
        signUpsPerAddress: 3,
      });

    const wrong = async () => false;
    const right = async () => true;

    test("made at the same moment do not get past the limit together", async () => {
      const limits = limitsOf({ account: 5, address: 1000 });
      const tries = Array.from({ length: 50 }, () => limits.password("ann@example.com", "192.0.2.1", wrong));
      const outcomes = await Promise.allSettled(tries);
      expect(outcomes.filter((each) => each.status === "fulfilled")).toHaveLength(5);
      const reasons = outcomes.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
      expect(new Set(reasons)).toEqual(new Set(["TOO_MANY_ATTEMPTS"]));
    });

    test("with the right password are never too many, even all at the same moment", async () => {
      const limits = limitsOf({ account: 2, address: 3 });
      await limits.password("ann@example.com", "192.0.2.1", wrong);
      const tries = Array.from({ length: 50 }, () => limits.password("ann@example.com", "192.0.2.1", right));
      expect(new Set(await Promise.all(tries))).toEqual(new Set([true]));
      expect(await database.reader().count(Attempts)).toBe(2);
    });

    test("count for an account from wherever, and for an address at whatever account", async () => {
      const limits = limitsOf({ account: 2, address: 3 });
      await limits.password("ann@example.com", "192.0.2.1", wrong);
      await limits.password("ann@example.com", "192.0.2.2", wrong);
      await expect(limits.password("ann@example.com", "192.0.2.3", right)).rejects.toThrow("Too many");
      await limits.password("bob@example.com", "192.0.2.1", wrong);
      await limits.password("cy@example.com", "192.0.2.1", wrong);
      await expect(limits.password("dan@example.com", "192.0.2.1", right)).rejects.toThrow("Too many");
      expect(await limits.password("dan@example.com", "192.0.2.9", right)).toBe(true);
    });

    test("that could not be compared do not count, and leave room for the next", async () => {
      const limits = limitsOf({ account: 1, address: 1 });
      const broken = () => Promise.reject(new Error("broken"));
      await expect(limits.password("ann@example.com", "192.0.2.1", broken)).rejects.toThrow("broken");
      expect(await limits.password("ann@example.com", "192.0.2.1", right)).toBe(true);
    });

    test("leave the window and are forgotten", async () => {
      const brief = createAuthStore(database, { windowMs: 0 }).attempts;
      const limits = limitsOf({ account: 1, address: 1 }, brief);
      await limits.password("ann@example.com", "192.0.2.1", wrong);
      await limits.password("ann@example.com", "192.0.2.1", wrong);
      await store.attempts.prune();
      expect(await database.reader().count(Attempts)).toBe(4);
      await createAuthStore(database, { windowMs: -1000 }).attempts.prune();
      expect(await database.reader().count(Attempts)).toBe(0);
    });

    test("are kept without saying whose they are", async () => {
      await limitsOf({ account: 9, address: 9 }).password("ann@example.com", "192.0.2.1", wrong);
      const rows = JSON.stringify(await database.reader().find(Attempts));
      expect(rows).not.toMatch(/ann|192\.0/);
    });
  });
});
