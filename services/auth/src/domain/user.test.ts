import { describe, expect, test } from "@jest/globals";
import { reasonOf } from "@gittix/common/errors";
import { assertProven, change, emailKey, join, readEmail } from "./user.ts";

const at = new Date("2030-01-01T00:00:00Z");
const later = new Date("2030-01-02T00:00:00Z");
const ann = join({ id: "u1", ...readEmail(" Ann@Example.com "), passwordHash: "hash-1", role: "user", at });

describe("an e-mail address", () => {
  test("is kept as it was written, trimmed", () => {
    expect(ann.email).toBe("Ann@Example.com");
    expect(ann.emailKey).toBe("ann@example.com");
  });

  test.each([
    ["in another case", "ANN@EXAMPLE.COM"],
    ["with blanks around it", "\tann@example.com \n"],
    ["in full-width letters", "ａｎｎ＠ｅｘａｍｐｌｅ.com"],
  ])("is the same %s", (_how, spelling) => {
    expect(emailKey(spelling)).toBe(ann.emailKey);
  });

  test("is the same with a Kelvin sign for a k", () => {
    expect(emailKey("\u212aate@example.com")).toBe("kate@example.com");
  });

  test("has one form for composed and decomposed accents", () => {
    expect(emailKey("Zoe\u0308@example.com")).toBe(emailKey("ZO\u00cb@example.com"));
  });

  test.each([
    ["an invisible character", "ann\u200b@example.com"],
    ["a control character", "ann\u0000@example.com"],
    ["more than 254 characters once its letters are spelled out", `${"\ufdfa".repeat(200)}@example.com`],
  ])("is refused with %s", (_what, spelling) => {
    expect(reasonIn(() => readEmail(spelling))).toBe("VALIDATION_FAILED");
  });
});

describe("a change of a user", () => {
  test("raises the version and keeps the rest", () => {
    const changed = change(ann, { provenHash: "hash-1", email: readEmail("ann@new.org"), at: later });
    expect(changed).toEqual({ ...ann, email: "ann@new.org", emailKey: "ann@new.org", version: 2, updatedAt: later });
  });

  test("to what the user has already changes nothing", () => {
    expect(change(ann, { provenHash: "hash-1", email: readEmail("Ann@Example.com"), at: later })).toBe(ann);
  });

  test("is refused when the password that was compared is no longer the user's", () => {
    expect(reasonIn(() => change(ann, { provenHash: "older", passwordHash: "hash-2", at: later }))).toBe(
      "CREDENTIALS_WRONG",
    );
    expect(reasonIn(() => assertProven(null, "hash-1"))).toBe("CREDENTIALS_WRONG");
  });
});

function reasonIn(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return reasonOf(error);
  }
  return undefined;
}
