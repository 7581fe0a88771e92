import { expect, test } from "@jest/globals";
import { withCallContext } from "@gittix/common/context";
import { reasonOf } from "@gittix/common/errors";
import { createPasswords } from "./passwords.ts";

const passwords = createPasswords(4);

test("the right password matches its hash, and no other does", async () => {
  const hash = await passwords.hash("correct horse");
  expect(hash).toMatch(/^\$2b\$04\$.{53}$/);
  expect(await passwords.matches("correct horse", hash)).toBe(true);
  expect(await passwords.matches("Correct horse", hash)).toBe(false);
});

test("where there is no hash, no password matches", async () => {
  for (const password of ["", "x", "correct horse"]) expect(await passwords.matches(password, undefined)).toBe(false);
});

test("passwords that differ in their last byte alone are two", async () => {
  const long = "x".repeat(71);
  expect(await passwords.matches(`${long}b`, await passwords.hash(`${long}a`))).toBe(false);
});

test("more bytes than bcrypt reads are refused, and not cut off", async () => {
  await expect(passwords.hash("x".repeat(73))).rejects.toThrow("too many bytes");
});

test("a caller who has given up is not compared any more", async () => {
  const late = withCallContext({ requestId: "r", traceParent: "", deadlineAt: Date.now() - 1 }, () =>
    passwords.hash("correct horse"),
  );
  expect(await late.catch(reasonOf)).toBe("DEADLINE_EXCEEDED");
});
