import { describe, expect, test } from "@jest/globals";
import { createNewest } from "./newest.ts";

describe("the newest version of a thing", () => {
  test("is kept when an older one arrives later", () => {
    const newest = createNewest(10);
    const second = { id: "a", version: 2 };
    newest.of(second);
    expect(newest.of({ id: "a", version: 1 })).toBe(second);
  });

  test("gives way to a newer one", () => {
    const newest = createNewest(10);
    newest.of({ id: "a", version: 2 });
    expect(newest.of({ id: "a", version: 3 })).toEqual({ id: "a", version: 3 });
  });

  test("is forgotten first of what was not seen for longest", () => {
    const newest = createNewest(2);
    newest.of({ id: "a", version: 5 });
    newest.of({ id: "b", version: 5 });
    newest.of({ id: "a", version: 5 });
    newest.of({ id: "c", version: 5 });
    expect(newest.of({ id: "a", version: 1 }).version).toBe(5);
    expect(newest.of({ id: "b", version: 1 }).version).toBe(1);
  });
});
