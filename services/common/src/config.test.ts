import { describe, expect, test } from "@jest/globals";
import { durationMs, oneOf, optional, readConfig, text, whole } from "./config.ts";

const table = {
  database: text("DATABASE_URL"),
  level: oneOf("LOG_LEVEL", ["info", "silent"], "info"),
  port: whole("PORT", { min: 0, max: 65_535 }, 0),
  windowMs: durationMs("HOLD_WINDOW", { min: "1s", max: "24h" }, "15m"),
  key: optional("KEY"),
};

describe("readConfig", () => {
  test("reads what is set and falls back where a fallback stands", () => {
    expect(readConfig({ DATABASE_URL: "sqlite:/x", HOLD_WINDOW: "30s" }, table)).toEqual({
      database: "sqlite:/x",
      level: "info",
      port: 0,
      windowMs: 30_000,
      key: undefined,
    });
  });

  test("names every bad variable in one sentence", () => {
    expect(() => readConfig({ LOG_LEVEL: "loud", PORT: "70000", HOLD_WINDOW: "-1s" }, table)).toThrow(
      "DATABASE_URL is missing; LOG_LEVEL must be one of info, silent; " +
        "PORT must be a whole number from 0 to 65535; " +
        "HOLD_WINDOW must be a duration such as 30s or 15m, from 1s to 24h.",
    );
  });

  test.each(["1e3", "0x10", "12 ", "１２"])("refuses %p as a duration or a whole number", (value) => {
    expect(() => readConfig({ DATABASE_URL: "x", HOLD_WINDOW: value }, table)).toThrow("HOLD_WINDOW");
  });
});
