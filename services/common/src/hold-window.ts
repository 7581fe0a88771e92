import { durationMs } from "./config.ts";

/**
 * holdWindowMs is how long an order holds its ticket: the one setting behind the deadline that orders
 * writes and the wait queue that expiration declares. 15 minutes by default.
 */
export const holdWindowMs = durationMs("HOLD_WINDOW", { min: "1s", max: "24h" }, "15m");
