import { describe, expect, test } from "@jest/globals";
import { readOptions } from "./options.ts";

describe("the command line", () => {
  test("has a default for everything", () => {
    expect(readOptions([])).toEqual({ port: 3000, data: ".data", hold: "15m", demo: false });
  });

  test("takes all options", () => {
    expect(readOptions(["--port", "4000", "--data", "/tmp/x", "--hold", "30s", "--demo"])).toEqual({
      port: 4000,
      data: "/tmp/x",
      hold: "30s",
      demo: true,
    });
  });

  test.each([
    [["--port", "http"], "--port takes a number"],
    [["--port", "70000"], "--port takes a number"],
    [["--hold", "soon"], "--hold takes a duration"],
    [["--hold", "10ms"], "--hold takes a duration"],
    [["--colour"], "--colour"],
    [["extra"], "extra"],
  ])("says what is wrong with %p", (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
  });
});
