import { expect, test } from "@jest/globals";
import { tellChanges } from "./news.ts";

const change = { title: "Opera", state: "Reserved" };

test("a change is told by title and state", () => {
  expect(tellChanges([change])).toBe("Opera: reserved.");
});

test("many changes at once are only counted", () => {
  expect(tellChanges([change, change, change])).toBe("3 tickets on this page have changed.");
});

test("nothing is said about nothing", () => {
  expect(tellChanges([])).toBe("");
});
