import { describe, expect, test } from "@jest/globals";
import { replaceNewer } from "./patch.ts";

const list = [
  { id: "a", version: 1 },
  { id: "b", version: 4 },
];

describe("a change that was streamed", () => {
  test("takes its place in the list", () => {
    const next = replaceNewer(list, new Map([["a", { id: "a", version: 2 }]]), new Set());
    expect(next).toEqual([{ id: "a", version: 2 }, list[1]]);
    expect(next[1]).toBe(list[1]);
  });

  test("that comes late or twice changes nothing", () => {
    expect(replaceNewer(list, new Map([["b", { id: "b", version: 4 }]]), new Set())).toBe(list);
    expect(replaceNewer(list, new Map([["b", { id: "b", version: 3 }]]), new Set())).toBe(list);
  });

  test("of something that is not in the list is not shown", () => {
    const shown = new Set<string>();
    expect(replaceNewer(list, new Map([["c", { id: "c", version: 9 }]]), shown)).toBe(list);
    expect(shown).toEqual(new Set());
  });
});
