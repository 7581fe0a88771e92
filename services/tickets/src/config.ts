import { durationMs, readConfig, text, type Env } from "@gittix/common/config";
import { platformSettings } from "@gittix/common/platform-settings";

/** readTicketsConfig reads the environment of the tickets service. */
export function readTicketsConfig(env: Env) {
  return readConfig(env, {
    ...platformSettings,
    ordersAddress: text("ORDERS_ADDRESS"),
    /** The one currency of the marketplace, ISO 4217. */
    currency: text("CURRENCY", "USD"),
    /** A lock that no event has settled for this long is checked with orders. */
    unsettledAfterMs: durationMs("LOCK_UNSETTLED_AFTER", { min: "100ms", max: "1h" }, "1m"),
    reconcileEveryMs: durationMs("LOCK_RECONCILE_EVERY", { min: "100ms", max: "1h" }, "15s"),
  });
}
