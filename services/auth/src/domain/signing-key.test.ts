import { describe, expect, test } from "@jest/globals";
import { inUse, isDue, published, type SigningKey } from "./signing-key.ts";

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.parse("2030-01-01T00:00:00Z");
const at = (ms: number) => new Date(start + ms);
const key = (generation: number, createdMs: number): SigningKey => ({
  kid: `key-${generation}`,
  generation,
  privateJwk: "{}",
  createdAt: at(createdMs),
});
const first = key(1, 0);
const second = key(2, 90 * day);
const both = [second, first];
const kids = (keys: readonly SigningKey[]) => keys.map(({ kid }) => kid);

describe("signing keys", () => {
  test("begin with one that is made where there is none, and used at once", () => {
    expect(isDue([], at(0), 90 * day)).toBe(true);
    expect(inUse([first], at(0))).toBe(first);
  });

  test("are due for a new one when the newest has its age", () => {
    expect(isDue([first], at(90 * day - 1), 90 * day)).toBe(false);
    expect(isDue([first], at(90 * day), 90 * day)).toBe(true);
    expect(isDue(both, at(91 * day), 90 * day)).toBe(false);
  });

  test("are published ten minutes before they are used", () => {
    const soon = at(90 * day + 9 * minute);
    expect(inUse(both, soon)).toBe(first);
    expect(kids(published(both, soon, 15 * minute))).toEqual(["key-1", "key-2"]);
    expect(inUse(both, at(90 * day + 10 * minute))).toBe(second);
  });

  test("stay published for as long as a token signed with them can be good", () => {
    const used = 90 * day + 10 * minute;
    expect(kids(published(both, at(used + 15 * minute), 15 * minute))).toEqual(["key-2", "key-1"]);
    expect(kids(published(both, at(used + 16 * minute), 15 * minute))).toEqual(["key-2"]);
  });
});
