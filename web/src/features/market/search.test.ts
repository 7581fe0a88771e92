import { describe, expect, test } from "@jest/globals";
import { readSearch, writeSearch } from "./search.ts";

describe("a search in the address", () => {
  test.each([
    { query: "", availableOnly: false, sort: "newest" },
    { query: "tay swi & co", availableOnly: true, sort: "cheapest" },
    { query: "", availableOnly: false, sort: "dearest" },
  ] as const)("is read as it was written: %p", (search) => {
    expect(readSearch(new URLSearchParams(writeSearch(search).toString()))).toEqual(search);
  });

  test("leaves out what goes without saying", () => {
    expect(writeSearch({ query: "", availableOnly: false, sort: "newest" }).toString()).toBe("");
  });

  test("that somebody has tampered with still works", () => {
    expect(readSearch(new URLSearchParams({ sort: "constructor", q: "x".repeat(999) }))).toEqual({
      query: "x".repeat(100),
      availableOnly: false,
      sort: "newest",
    });
  });
});
