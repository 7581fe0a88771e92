import { describe, expect, test } from "@jest/globals";
import { Code } from "@connectrpc/connect";
import { createBroadcast } from "./broadcast.ts";

describe("a watcher that reads slowly", () => {
  test("costs no more memory than there are things to tell of: it gets the newest state of each", async () => {
    const changes = createBroadcast<number>();
    const watch = changes.watch(() => true, new AbortController().signal);
    await watch.next();
    for (let value = 0; value < 100_000; value++) changes.send(`ticket ${value % 10}`, value);
    const told = Array.from({ length: 10 }, () => watch.next());
    expect((await Promise.all(told)).map(({ value }) => Number(value))).toEqual([
      99_990, 99_991, 99_992, 99_993, 99_994, 99_995, 99_996, 99_997, 99_998, 99_999,
    ]);
    // There is nothing behind them.
    const next = watch.next();
    changes.send("ticket 0", -1);
    expect((await next).value).toBe(-1);
    changes.close();
    await expect(watch.next()).rejects.toMatchObject({ code: Code.Unavailable });
  });
});
