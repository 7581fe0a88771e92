import { describe, expect, test } from "@jest/globals";
import { readRealOptions } from "./options.ts";

describe("the command line of start:real", () => {
  test("has a default for everything", () => {
    expect(readRealOptions([])).toEqual({
      port: 3000,
      data: ".data-real",
      hold: "15m",
      demo: false,
      migrateOnly: false,
      replicas: {},
    });
  });

  test("takes replicas in any number", () => {
    expect(readRealOptions(["--replicas", "orders=2", "--replicas", "tickets=3,auth=1"])?.replicas).toEqual({
      orders: 2,
      tickets: 3,
      auth: 1,
    });
  });

  test.each([
    [["--replicas", "orders"], "--replicas takes NAME=N"],
    [["--replicas", "orders=0"], "--replicas takes NAME=N"],
    [["--replicas", "stripe=2"], "one of auth, tickets"],
    [["--hold", "soon"], "--hold takes a duration"],
    [["--colour"], "--colour"],
  ])("says what is wrong with %p", (args, sentence) => {
    expect(() => readRealOptions(args)).toThrow(sentence);
  });
});
