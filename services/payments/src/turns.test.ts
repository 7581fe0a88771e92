import { describe, expect, test } from "@jest/globals";
import { createTurns } from "./turns.ts";

describe("turns", () => {
  test("run one at a time for a key, and those who come meanwhile share one more run", async () => {
    const inTurn = createTurns<number>();
    const gate = Promise.withResolvers<void>();
    let runs = 0;
    let atOnce = 0;
    const work = async () => {
      expect(++atOnce).toBe(1);
      await gate.promise;
      atOnce--;
      return ++runs;
    };
    const first = inTurn("a", work);
    const others = [inTurn("a", work), inTurn("a", work), inTurn("a", work)];
    gate.resolve();
    expect(await Promise.all([first, ...others])).toEqual([1, 2, 2, 2]);
    expect(await inTurn("a", work)).toBe(3);
  });

  test("do not hold up another key, and go on after a failure", async () => {
    const inTurn = createTurns<string>();
    const gate = Promise.withResolvers<string>();
    const failing = inTurn("a", () => gate.promise);
    const after = inTurn("a", async () => "after");
    expect(await inTurn("b", async () => "other")).toBe("other");
    gate.reject(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    expect(await after).toBe("after");
  });
});
