import { Code, createClient } from "@connectrpc/connect";
import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { partialMatchKey, type QueryClient, type QueryKey, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import type { User } from "@gittix/proto/auth/v1/user";
import { readError } from "../errors.ts";
import { newestOrder } from "../newest.ts";
import { transport } from "../transport.ts";
import { hint } from "./hint.ts";

/** Session is who sits before the screen, as far as is known. */
export type Session =
  | { readonly status: "loading" }
  | { readonly status: "signed-out" }
  | { readonly status: "signed-in"; readonly user: User };

const sessionKey = ["session"];
const auth = createClient(AuthService, transport);

/** fetchUser asks who the user is, and on the way renews a session that has expired. */
export async function fetchUser(): Promise<User | null> {
  if (!hint.get()) return null;
  try {
    const { user } = await auth.getCurrentUser({});
    return user ?? null;
  } catch (error) {
    if (readError(error).code === Code.Unauthenticated) return (hint.clear(), null);
    throw error;
  }
}

/** useSession tells who is signed in. */
export function useSession(): Session {
  const { data } = useQuery({ queryKey: sessionKey, queryFn: fetchUser, staleTime: 5 * 60_000 });
  if (data === undefined) return hint.get() ? { status: "loading" } : { status: "signed-out" };
  return data === null ? { status: "signed-out" } : { status: "signed-in", user: data };
}

/** useSessionAcrossTabs follows a sign-in or sign-out in another tab. Use it once, at the top. */
export function useSessionAcrossTabs(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      hint.watch(() => {
        forgetPrivate(client);
        void client.invalidateQueries({ queryKey: sessionKey });
      }),
    [client],
  );
}

/** useSignedIn notes who has just signed up, in, or changed. */
export function useSignedIn(): (user: User | undefined) => void {
  const client = useQueryClient();
  return (user) => {
    hint.set();
    client.setQueryData(sessionKey, user ?? null);
  };
}

/** useSignOut ends this session, or all of the user's. `after` runs while the page still has its user. */
export function useSignOut(after: () => void | Promise<void>) {
  const client = useQueryClient();
  return useMutation(AuthService.method.signOut, {
    onSuccess: async () => {
      hint.clear();
      await after();
      sessionIsOver(client);
    },
  });
}

/** sessionIsOver is for whoever learns from an error that nobody is signed in any more. */
export function sessionIsOver(client: QueryClient): void {
  hint.clear();
  client.setQueryData(sessionKey, null);
  forgetPrivate(client);
}

/**
 * Nothing of one user may be seen by the next one before the same screen. What is public is named, and
 * all the rest goes, so that a page that is new is private until somebody says otherwise.
 */
function forgetPrivate(client: QueryClient): void {
  newestOrder.clear();
  client.removeQueries({ predicate: ({ queryKey }) => !isPublic(queryKey) });
}

const market = createConnectQueryKey({ schema: TicketService, cardinality: undefined });
const ownListings = createConnectQueryKey({
  schema: TicketService.method.listTickets,
  input: { mine: true },
  cardinality: undefined,
});

function isPublic(queryKey: QueryKey): boolean {
  if (partialMatchKey(queryKey, sessionKey)) return true;
  return partialMatchKey(queryKey, market) && !partialMatchKey(queryKey, ownListings);
}
