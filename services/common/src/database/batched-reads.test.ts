import { describe, expect, test } from "@jest/globals";
import { until } from "../testing/until.ts";
import { createBatchedReads } from "./batched-reads.ts";

/** A read that is answered when the test says so. */
function heldReads() {
  const reads: { keys: readonly string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const get = createBatchedReads<string>((keys) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, string>>();
    reads.push({
      keys,
      answer: () =>
        resolve(new Map(keys.filter((key) => key !== "none").map((key) => [key, `${key} of read ${reads.length}`]))),
      fail: reject,
    });
    return promise;
  });
  return { reads, get };
}

describe("batched reads", () => {
  test("go at once while nothing is under way, and together while much is", async () => {
    const { reads, get } = heldReads();
    const first = [get("a"), get("b")];
    const later = [get("c"), get("d"), get("c"), get("none")];
    expect(reads.map((read) => read.keys)).toEqual([["a"], ["b"]]);
    reads.forEach((read) => read.answer());
    await Promise.all(first);
    await until(() => reads.length === 3);
    expect(reads[2]?.keys).toEqual(["c", "d", "none"]);
    reads[2]?.answer();
    expect(await Promise.all(later)).toEqual(["c of read 3", "d of read 3", "c of read 3", undefined]);
  });

  test("are never answered by a statement that began before they came", async () => {
    const { reads, get } = heldReads();
    const [before] = [get("a"), get("b")];
    const after = get("a");
    reads[0]?.answer();
    await before;
    await until(() => reads.length === 3);
    reads[2]?.answer();
    expect(await after).toBe("a of read 3");
  });

  test("fail together, and the next ones go on", async () => {
    const { reads, get } = heldReads();
    const failing = [get("a"), get("b"), get("c")];
    const outcomes = Promise.allSettled(failing);
    reads[0]?.fail(new Error("gone"));
    reads[1]?.fail(new Error("gone"));
    await Promise.allSettled(failing.slice(0, 2));
    await until(() => reads.length === 3);
    reads[2]?.fail(new Error("gone again"));
    expect((await outcomes).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    const next = get("d");
    reads[3]?.answer();
    expect(await next).toBe("d of read 4");
  });

  test("ask for no more than a hundred things at a time", async () => {
    const sizes: number[] = [];
    const get = createBatchedReads(async (keys) => {
      sizes.push(keys.length);
      return new Map(keys.map((key) => [key, key]));
    });
    const keys = Array.from({ length: 252 }, (_, index) => String(index));
    expect(await Promise.all(keys.map(get))).toEqual(keys);
    expect(sizes).toEqual([1, 1, 100, 100, 50]);
  });
});
