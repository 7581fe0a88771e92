import { readConfig, text, type Env } from "@gittix/common/config";
import { holdWindowMs } from "@gittix/common/hold-window";
import { platformSettings } from "@gittix/common/platform-settings";

/** readExpirationConfig reads the environment of the expiration service. */
export function readExpirationConfig(env: Env) {
  return readConfig(env, {
    ...platformSettings,
    holdWindowMs,
    ordersAddress: text("ORDERS_ADDRESS"),
  });
}
