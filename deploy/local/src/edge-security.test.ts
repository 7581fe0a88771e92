import { describe, expect, test } from "@jest/globals";
import { isSameOrigin } from "./edge-security.ts";

describe("isSameOrigin", () => {
  test.each([
    ["a program", {}],
    ["our own page", { origin: "http://localhost:3000" }],
    ["our own page, said by the browser", { origin: "http://localhost:3000", "sec-fetch-site": "same-origin" }],
  ])("lets %s in", (_, headers) => {
    expect(isSameOrigin({ headers: { host: "localhost:3000", ...headers } })).toBe(true);
  });

  test.each([
    ["another site", { origin: "https://evil.example" }],
    ["another port of this machine", { origin: "http://localhost:4000" }],
    ["a page without an origin", { origin: "null" }],
    ["another site, said by the browser", { "sec-fetch-site": "cross-site" }],
  ])("keeps %s out", (_, headers) => {
    expect(isSameOrigin({ headers: { host: "localhost:3000", ...headers } })).toBe(false);
  });
});
