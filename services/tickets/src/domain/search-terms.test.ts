import { describe, expect, test } from "@jest/globals";
import { queryTerms, titleTerms } from "./search-terms.ts";

describe("the words of a title", () => {
  test("are compared without case and accents, each once", () => {
    expect(titleTerms("Beyoncé — BEYONCE live, 東京 2026!")).toEqual(["beyonce", "live", "東京", "2026"]);
  });

  test("are none where there is nothing to read", () => {
    expect(titleTerms("🎟 —")).toEqual([]);
  });

  test("are bounded in number and length", () => {
    expect(queryTerms("a b c d e f g h i j")).toHaveLength(8);
    expect(titleTerms("x".repeat(100))).toEqual(["x".repeat(32)]);
  });
});
