import { describe, expect, test } from "@jest/globals";
import { nextOffset } from "./clock.ts";

describe("the server's clock", () => {
  test("is read in the middle of the way there and back", () => {
    expect(nextOffset(undefined, { serverMs: 5_000, sentMs: 900, receivedMs: 1_100 })).toEqual({
      ms: 4_000,
      errorMs: 100,
    });
  });

  test("a slower reading does not spoil a better one", () => {
    const good = nextOffset(undefined, { serverMs: 5_000, sentMs: 1_000, receivedMs: 1_010 });
    expect(nextOffset(good, { serverMs: 7_000, sentMs: 1_500, receivedMs: 3_900 })).toBe(good);
  });

  test("a faster reading replaces a worse one", () => {
    const slow = nextOffset(undefined, { serverMs: 5_000, sentMs: 0, receivedMs: 2_000 });
    expect(nextOffset(slow, { serverMs: 8_000, sentMs: 4_000, receivedMs: 4_020 })).toEqual({ ms: 3_990, errorMs: 10 });
  });

  test("a reading that contradicts wins, since somebody has set the computer's clock", () => {
    const before = nextOffset(undefined, { serverMs: 5_000, sentMs: 5_000, receivedMs: 5_010 });
    const hourMs = 3_600_000;
    const after = nextOffset(before, { serverMs: 6_000, sentMs: 6_000 + hourMs, receivedMs: 6_100 + hourMs });
    expect(after.ms).toBe(-hourMs - 50);
  });
});
