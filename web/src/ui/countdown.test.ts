import { describe, expect, test } from "@jest/globals";
import { remaining } from "./countdown.ts";

describe("remaining", () => {
  test.each([
    [900_000, "15:00", "15 minutes", "calm"],
    [899_001, "15:00", "15 minutes", "calm"],
    [120_001, "2:01", "2 minutes 1 second", "calm"],
    [120_000, "2:00", "2 minutes", "soon"],
    [30_000, "0:30", "30 seconds", "last"],
    [1, "0:01", "1 second", "last"],
    [0, "0:00", "no time", "over"],
    [-5_000, "0:00", "no time", "over"],
  ])("with %i ms left shows %s", (leftMs, clock, spoken, stage) => {
    expect(remaining(1_000_000 + leftMs, 1_000_000)).toMatchObject({ clock, spoken, stage });
  });

  test("says when its text changes next", () => {
    expect(remaining(10_400, 0).nextChangeMs).toBe(400);
    expect(remaining(10_000, 0).nextChangeMs).toBe(1000);
  });
});
