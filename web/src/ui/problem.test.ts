import { describe, expect, test } from "@jest/globals";
import { problemAt, problemsElsewhere } from "./problem.ts";

const problem = {
  sentence: "Please check what you entered.",
  fields: [
    { path: "price.amount_minor", description: "must be positive" },
    { path: "titles", description: "is another field" },
  ],
};

describe("where a problem is shown", () => {
  test("a part of a field counts as the field", () => {
    expect(problemAt(problem, "price")?.description).toBe("must be positive");
  });

  test("a field whose name begins alike does not", () => {
    expect(problemAt(problem, "title")).toBeUndefined();
  });

  test("what no input stands for is left to the banner", () => {
    expect(problemsElsewhere(problem, ["price", "title"])).toEqual([problem.fields[1]]);
  });
});
