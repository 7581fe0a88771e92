import { describe, expect, test } from "@jest/globals";
import { fire, rank, set } from "./timer.ts";

const dueAt = new Date("2026-01-01T00:15:00.000Z");

describe("a timer", () => {
  test("notes how late it fired", () => {
    expect(fire(set("o", dueAt), new Date("2026-01-01T00:15:00.012Z"))).toMatchObject({ latenessMs: 12 });
  });

  test("fires once", () => {
    const fired = fire(set("o", dueAt), dueAt);
    expect(fire(fired, new Date("2026-01-01T01:00:00Z"))).toBe(fired);
  });
});

describe("rank", () => {
  test.each([
    [50, 1, 0],
    [50, 4, 1],
    [99, 100, 98],
    [99, 10, 9],
    [50, 0, 0],
  ])("puts the %pth percentile of %p values at place %p", (percentile, count, place) => {
    expect(rank(percentile, count)).toBe(place);
  });
});
