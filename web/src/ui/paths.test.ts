import { describe, expect, test } from "@jest/globals";
import { safeNext, withNext } from "./paths.ts";

describe("the way back after signing in", () => {
  test("carries the page one came from", () => {
    expect(withNext("/sign-in", "/tickets/7?a=b")).toBe("/sign-in?next=%2Ftickets%2F7%3Fa%3Db");
  });

  test("is left out where it is the list of tickets anyway", () => {
    expect(withNext("/sign-in", "/")).toBe("/sign-in");
  });

  test("accepts a path of this site", () => {
    expect(safeNext("/checkout/1?x=/y")).toBe("/checkout/1?x=/y");
  });

  test.each([
    null,
    "",
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
  ])("refuses to lead to %p", (next) => expect(safeNext(next)).toBe("/"));
});
