import { expect, test } from "@jest/globals";
import { end, renew, start } from "./session.ts";

const at = new Date("2030-01-01T00:00:00Z");
const hour = 3_600_000;
const after = (hours: number) => new Date(at.getTime() + hours * hour);
const { session, token } = start({ token: { hash: "h1", sessionId: "s1" }, userId: "u1", lifeMs: 24 * hour, at });

test("a refresh token is traded for another one, and the session lives on", () => {
  const renewal = renew(session, token, { hash: "h2", lifeMs: 24 * hour, at: after(20) });
  expect(renewal.session.expiresAt).toEqual(after(44));
  expect(renewal.token).toEqual({ hash: "h2", sessionId: "s1", givenAt: after(20), usedAt: null });
});

test("a refresh token that was used before ends its session", () => {
  const renewal = renew(session, { ...token, usedAt: after(1) }, { hash: "h3", lifeMs: 24 * hour, at: after(2) });
  expect(renewal).toEqual({ session: { ...session, endedAt: after(2) } });
});

test("a session that has run out gives no token, in its last moment neither", () => {
  expect(renew(session, token, { hash: "h2", lifeMs: hour, at: after(24) })).toEqual({ session });
});

test("a session that was ended gives no token, and keeps the time at which it ended", () => {
  const ended = end(session, after(1));
  expect(renew(ended, token, { hash: "h2", lifeMs: hour, at: after(2) })).toEqual({ session: ended });
  expect(end(ended, after(3))).toBe(ended);
});
