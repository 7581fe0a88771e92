import { durationMs, readConfig, text, type Env } from "@gittix/common/config";
import { holdWindowMs } from "@gittix/common/hold-window";
import { platformSettings } from "@gittix/common/platform-settings";

/** readOrdersConfig reads the environment of the orders service. */
export function readOrdersConfig(env: Env) {
  return readConfig(env, {
    ...platformSettings,
    holdWindowMs,
    ticketsAddress: text("TICKETS_ADDRESS"),
    /** The sweep is the net under lost timers: it takes orders that are overdue by this long. */
    sweepAfterMs: durationMs("SWEEP_AFTER", { min: "0ms", max: "1h" }, "2s"),
    sweepEveryMs: durationMs("SWEEP_EVERY", { min: "100ms", max: "1h" }, "5s"),
  });
}
