import { Code } from "@connectrpc/connect";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isTransient, readError } from "./errors.ts";
import { keepNewest } from "./newest.ts";
import { sessionIsOver } from "./session/session.ts";

/** createQueryClient makes the cache of everything that was read. */
export function createQueryClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: noticeEnd }),
    mutationCache: new MutationCache({ onError: noticeEnd }),
    defaultOptions: {
      queries: {
        // What can change is streamed (see live/), so that a page need not ask again by itself.
        staleTime: 60_000,
        gcTime: 15 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 3 && isTransient(error),
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 8000),
      },
      // A change is sent again by the person who wanted it, since they see that it failed.
      mutations: { retry: false },
    },
  });

  function noticeEnd(error: Error): void {
    const { code, reason } = readError(error);
    if (code === Code.Unauthenticated && reason !== "CREDENTIALS_WRONG") sessionIsOver(client);
  }

  keepNewest(client);
  return client;
}
