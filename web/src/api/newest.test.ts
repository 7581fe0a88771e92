import { describe, expect, test } from "@jest/globals";
import { create } from "@bufbuild/protobuf";
import { createInfiniteQueryOptions } from "@connectrpc/connect-query";
import { createRouterTransport } from "@connectrpc/connect";
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { TicketSchema } from "@gittix/proto/tickets/v1/ticket";
import { createNewest, keepNewest } from "./newest.ts";
import { patchTickets } from "./patch.ts";

describe("the newest version of a thing", () => {
  test("is kept when an older one arrives later", () => {
    const newest = createNewest(10);
    const second = { id: "a", version: 2 };
    newest.of(second);
    expect(newest.of({ id: "a", version: 1 })).toBe(second);
  });

  test("gives way to a newer one", () => {
    const newest = createNewest(10);
    newest.of({ id: "a", version: 2 });
    expect(newest.of({ id: "a", version: 3 })).toEqual({ id: "a", version: 3 });
  });

  test("is forgotten first of what was not seen for longest", () => {
    const newest = createNewest(2);
    newest.of({ id: "a", version: 5 });
    newest.of({ id: "b", version: 5 });
    newest.of({ id: "a", version: 5 });
    newest.of({ id: "c", version: 5 });
    expect(newest.of({ id: "a", version: 1 }).version).toBe(5);
    expect(newest.of({ id: "b", version: 1 }).version).toBe(1);
  });
});

describe("a list of several pages that is being loaded again", () => {
  const stale = create(TicketSchema, { id: "t1", title: "Opera", version: 1 });
  const changed = create(TicketSchema, { id: "t1", title: "Opera", version: 2 });

  test("keeps a change that was streamed after its first page and before its last", async () => {
    expect(await versionShown({ guarded: true })).toBe(2);
  });

  test("loses that change without the guard", async () => {
    expect(await versionShown({ guarded: false })).toBe(1);
  });

  async function versionShown({ guarded }: { guarded: boolean }): Promise<number | undefined> {
    const client = new QueryClient();
    if (guarded) keepNewest(client);
    let loads = 0;
    const transport = createRouterTransport(({ service }) =>
      service(TicketService, {
        listTickets: ({ pageToken }) => {
          if (pageToken === "") return { tickets: [stale], nextPageToken: "2" };
          loads += 1;
          if (loads === 2) patchTickets(client, [changed]);
          return { tickets: [], nextPageToken: "" };
        },
      }),
    );
    const list = new InfiniteQueryObserver(client, {
      ...createInfiniteQueryOptions(
        TicketService.method.listTickets,
        { pageToken: "" },
        { transport, pageParamKey: "pageToken", getNextPageParam: (page) => page.nextPageToken || undefined },
      ),
    });
    const stop = list.subscribe(() => undefined);
    await list.refetch();
    await list.fetchNextPage();
    const { data } = await list.refetch();
    stop();
    const shown = client.getQueryData<typeof data>(list.options.queryKey);
    client.clear();
    return shown?.pages[0]?.tickets[0]?.version;
  }
});
