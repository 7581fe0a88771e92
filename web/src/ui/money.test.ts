import { describe, expect, test } from "@jest/globals";
import { formatMoney, parsePrice, toDecimal } from "./money.ts";

describe("formatMoney", () => {
  test.each([
    [1, "USD", "$0.01"],
    [1250, "USD", "$12.50"],
    [100_000_000, "USD", "$1,000,000.00"],
    [1250, "JPY", "¥1,250"],
    [1250, "BHD", "BHD 1.250"],
  ])("writes %i minor units of %s as %s", (amountMinor, currencyCode, text) => {
    expect(formatMoney({ amountMinor, currencyCode }, "en-US").replace("\u00a0", " ")).toBe(text);
  });
});

describe("toDecimal", () => {
  test.each([
    [5, "USD", "0.05"],
    [1999, "USD", "19.99"],
    [1999, "JPY", "1999"],
    [-50, "USD", "-0.50"],
  ])("writes %i minor units of %s as %s", (amountMinor, currencyCode, text) => {
    expect(toDecimal({ amountMinor, currencyCode })).toBe(text);
  });
});

describe("parsePrice", () => {
  test.each([
    ["12.50", 1250],
    ["12,5", 1250],
    [" 12 ", 1200],
    ["0.01", 1],
    ["007.10", 710],
    ["1000000.00", 100_000_000],
    // Each of these goes wrong as price * 100 in floats.
    ["1.15", 115],
    ["19.99", 1999],
    ["4.35", 435],
    ["1.1", 110],
  ])("reads %p as %i minor units", (text, amountMinor) => {
    expect(parsePrice(text, "USD")).toEqual({ amountMinor });
  });

  test("knows a currency without decimals and one with three", () => {
    expect(parsePrice("1250", "JPY")).toEqual({ amountMinor: 1250 });
    expect(parsePrice("1.250", "BHD")).toEqual({ amountMinor: 1250 });
    expect(parsePrice("12.5", "JPY")).toHaveProperty("problem");
  });

  test.each([
    "",
    "  ",
    "abc",
    "-1",
    "+1",
    "1e3",
    "1,000.00",
    "1 000",
    "1.234",
    ".5",
    "5.",
    "$5",
    "0",
    "0.00",
    "1000000.01",
    "99999999999999999999",
  ])("refuses %p with a sentence", (text) =>
    expect(parsePrice(text, "USD")).toEqual({ problem: expect.stringMatching(/^[A-Z].*\.$/) }),
  );
});
