import { expect, test } from "@jest/globals";
import { metadataOf } from "@gittix/common/errors";
import { networkOf, tooManyAttempts } from "./attempts.ts";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::1", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["[2001:db8:1:2::9]", "2001:db8:1:2"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["::1", "0:0:0:0"],
])("%s is counted as %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("a refusal says after how many seconds the oldest attempt has left the window", () => {
  const oldest = new Date("2030-01-01T00:00:00.000Z");
  const at = new Date("2030-01-01T00:10:00.500Z");
  expect(metadataOf(tooManyAttempts(oldest, at, 15 * 60_000))).toEqual({ retry_after_seconds: "300" });
});
