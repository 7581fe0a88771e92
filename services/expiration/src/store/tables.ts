import { EntitySchema } from "typeorm";
import type { Timer } from "../domain/timer.ts";

/** TimerRow is a timer as its table keeps it. */
export type TimerRow = { -readonly [Key in keyof Timer]: Timer[Key] };

export const Timers = new EntitySchema<TimerRow>({
  name: "timers",
  columns: {
    orderId: { name: "order_id", type: "varchar", length: 36, primary: true },
    dueAt: { name: "due_at", type: "datetime", precision: 3 },
    firedAt: { name: "fired_at", type: "datetime", precision: 3, nullable: true },
    latenessMs: { name: "lateness_ms", type: "int", nullable: true },
  },
});
