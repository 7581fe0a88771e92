import { expect, test } from "@jest/globals";
import { createTurnstiles } from "./turnstile.ts";

/** Lets all that is ready happen. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("lets in as many as there is room for, and the next when one has left", async () => {
  const turnstiles = createTurnstiles();
  const inside: number[] = [];
  const enter = async (n: number) => {
    const leave = await turnstiles.enter("door", async () => 2);
    inside.push(n);
    return leave;
  };
  const [first] = [enter(1), enter(2), enter(3), enter(4)];
  await settle();
  expect(inside).toEqual([1, 2]);
  (await first)?.();
  await settle();
  expect(inside).toEqual([1, 2, 3]);
});

test("asks for the room again when somebody left while it was being counted", async () => {
  const turnstiles = createTurnstiles();
  let room = 1;
  const leave = await turnstiles.enter("door", async () => room);
  let asked = 0;
  const second = turnstiles.enter("door", async () => {
    asked++;
    const seen = room;
    if (asked === 1) {
      // The one inside fails: the room that was just counted is gone.
      room = 0;
      leave();
    }
    if (seen === 0) throw new Error("closed");
    return seen;
  });
  await expect(second).rejects.toThrow("closed");
  expect(asked).toBe(2);
});

test("keeps subjects apart, and goes on after a refusal", async () => {
  const turnstiles = createTurnstiles();
  const full = turnstiles.enter("full", () => Promise.reject(new Error("closed")));
  await expect(full).rejects.toThrow("closed");
  await turnstiles.enter("full", async () => 1);
  expect(await turnstiles.enter("other", async () => 1)).toBeInstanceOf(Function);
});
