import { EntitySchema, LessThan } from "typeorm";
import type { Database } from "./database.ts";

/** InboxRow remembers that an event was handled. */
export interface InboxRow {
  eventId: string;
  handledAt: Date;
}

export const Inbox = new EntitySchema<InboxRow>({
  name: "inbox",
  columns: {
    eventId: { name: "event_id", type: "varchar", length: 36, primary: true },
    handledAt: { name: "handled_at", type: "datetime", precision: 3 },
  },
});

/** How long an event's id is remembered; no broker delivers a duplicate later than that. */
export const inboxRetentionMs = 7 * 24 * 3_600_000;

/** forgetHandled deletes what the inbox need not remember any longer. */
export async function forgetHandled(database: Database): Promise<void> {
  await database.write(async ({ manager, now }) => {
    const before = new Date((await now()).getTime() - inboxRetentionMs);
    await manager.delete(Inbox, { handledAt: LessThan(before) });
  });
}
