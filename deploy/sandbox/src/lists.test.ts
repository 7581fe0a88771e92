import { describe, expect, test } from "@jest/globals";

import { pay, startBench } from "./testing.ts";

describe("the list of payments", () => {
  test("comes in pages, newest first, forwards and backwards", async () => {
    await using bench = await startBench();
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1) ids.unshift((await pay(bench.stripe, "pm_card_visa")).id);
    const list = async (params: object) => {
      const page = await bench.stripe.paymentIntents.list(params);
      return { ids: page.data.map(({ id }) => id), more: page.has_more };
    };
    expect(await list({ limit: 2 })).toEqual({ ids: ids.slice(0, 2), more: true });
    expect(await list({ limit: 2, starting_after: ids[3] })).toEqual({ ids: ids.slice(4), more: false });
    expect(await list({ limit: 2, ending_before: ids[3] })).toEqual({ ids: ids.slice(1, 3), more: true });
    const all = await bench.stripe.paymentIntents
      .list({ limit: 2, expand: ["data.latest_charge"] })
      .autoPagingToArray({ limit: 100 });
    expect(all.map(({ id }) => id)).toEqual(ids);
    expect(all[0]?.latest_charge).toMatchObject({ object: "charge" });
  });

  test("can be narrowed to a range of time", async () => {
    let ms = 1_000_000;
    await using bench = await startBench({
      now: () => ms,
      retention: { intentsMs: Number.MAX_SAFE_INTEGER },
    });
    for (; ms < 1_004_000; ms += 1000) await pay(bench.stripe, "pm_card_visa");
    const created = async (range: object) =>
      (await bench.stripe.paymentIntents.list({ created: range })).data.map((intent) => intent.created);
    expect(await created({ gte: 1001, lt: 1003 })).toEqual([1002, 1001]);
    expect(await created({ gt: 1001, lte: 1003 })).toEqual([1003, 1002]);
  });
});
