import { describe, expect, test } from "@jest/globals";
import { hear, listen, retryDelayMs, silenceMs, type View, type Wire } from "./protocol.ts";

const fresh: View = { liveness: "connecting", connection: "", heardAtMs: 0 };
const live = (connection: string): Wire => ({ kind: "status", liveness: "live", connection });
const message = (connection: string): Wire => ({ kind: "message", connection, bytes: new Uint8Array([1]) });

describe("a tab that follows a stream", () => {
  test("loads everything when it joins", () => {
    expect(hear(fresh, live("a"), 5)).toEqual({
      view: { liveness: "live", connection: "a", heardAtMs: 5 },
      started: true,
    });
  });

  test("loads everything too when it joins with a message", () => {
    expect(hear(fresh, message("a"), 5)).toMatchObject({ started: true, bytes: new Uint8Array([1]) });
  });

  test("takes the messages of the same stream as they come", () => {
    const { view } = hear(fresh, live("a"), 5);
    expect(hear(view, message("a"), 6)).toMatchObject({ started: false, bytes: new Uint8Array([1]) });
    expect(hear(view, live("a"), 6).started).toBe(false);
  });

  test("loads everything again after a break, and once only", () => {
    const joined = hear(fresh, live("a"), 5).view;
    const broken = hear(joined, { kind: "status", liveness: "reconnecting", connection: "a" }, 6);
    expect(broken).toMatchObject({ started: false, view: { liveness: "reconnecting" } });
    const back = hear(broken.view, live("b"), 7);
    expect(back).toMatchObject({ started: true, view: { liveness: "live" } });
    expect(hear(back.view, message("b"), 8).started).toBe(false);
  });

  test("does not answer another tab's hello", () => {
    expect(hear(fresh, { kind: "hello" }, 5)).toEqual({ view: fresh, started: false });
  });

  test("says that it reconnects when it hears nothing for 40 seconds", () => {
    const { view } = hear(fresh, live("a"), 0);
    expect(listen(view, silenceMs - 1).liveness).toBe("live");
    expect(listen(view, silenceMs).liveness).toBe("reconnecting");
  });

  test("is live again when the same stream speaks after a silence", () => {
    const silent = listen(hear(fresh, live("a"), 0).view, silenceMs);
    expect(hear(silent, message("a"), silenceMs + 1)).toMatchObject({ started: false, view: { liveness: "live" } });
  });
});

describe("retryDelayMs", () => {
  test("grows with the failures up to 15 seconds", () => {
    expect([0, 1, 2, 3, 50].map((failures) => retryDelayMs(failures, 1))).toEqual([500, 1000, 2000, 4000, 15_000]);
  });

  test("leaves half to chance", () => {
    expect(retryDelayMs(1, 0)).toBe(500);
    expect(retryDelayMs(1, 0.5)).toBe(750);
  });
});
