import { createClient } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { TicketService, WatchTicketsResponseSchema } from "@gittix/proto/tickets/v1/ticket_service";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { isTransient } from "../errors.ts";
import { patchTickets } from "../patch.ts";
import { transport } from "../transport.ts";
import type { Liveness } from "./protocol.ts";
import { reload } from "./reload.ts";
import { createSharedStream } from "./sharedStream.ts";

/** Changes are shown together this often at the most, so that a hundred a second do not choke the page. */
const batchMs = 120;

const client = createClient(TicketService, transport);

const stream = createSharedStream("tickets", WatchTicketsResponseSchema, {
  open: (signal) => client.watchTickets({}, { signal, timeoutMs: 0 }),
  recover: async () => "again",
});

/** TicketNews is what has changed together; `unseen` of it is on no page that was loaded. */
export interface TicketNews {
  readonly changed: readonly Ticket[];
  readonly unseen: readonly Ticket[];
}

const readers = new Set<(news: TicketNews) => void>();

/** useLiveTickets keeps every ticket on the screen as it is now. Use it once, at the top. */
export function useLiveTickets(): Liveness {
  const queryClient = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>("connecting");
  useEffect(() => {
    const waiting = new Map<string, Ticket>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const flush = () => {
      timer = undefined;
      const changed = [...waiting.values()];
      waiting.clear();
      const unseen = patchTickets(queryClient, changed);
      for (const reader of readers) reader({ changed, unseen });
    };
    const unsubscribe = stream.subscribe({
      onLiveness: setLiveness,
      onStart: () => {
        reload(queryClient, { queryKey: createConnectQueryKey({ schema: TicketService, cardinality: undefined }) });
        // The services answer again: whatever failed while they did not is asked for once more.
        void queryClient.refetchQueries({
          type: "active",
          predicate: ({ state }) => state.status === "error" && isTransient(state.error),
        });
      },
      onMessage: ({ event }) => {
        if (event.case !== "ticket") return;
        const known = waiting.get(event.value.id);
        if (!known || known.version < event.value.version) waiting.set(event.value.id, event.value);
        timer ??= setTimeout(flush, batchMs);
      },
    });
    return () => {
      clearTimeout(timer);
      unsubscribe();
    };
  }, [queryClient]);
  return liveness;
}

/** useTicketNews tells a page what has changed, after it was put on the screen. */
export function useTicketNews(read: (news: TicketNews) => void): void {
  useEffect(() => {
    readers.add(read);
    return () => void readers.delete(read);
  }, [read]);
}
