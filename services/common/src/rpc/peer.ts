import { createContextKey, type ContextValues } from "@connectrpc/connect";

/** Peer is what a server knows of the other side of a call. */
export interface Peer {
  /** The network address of the caller; behind the edge the first one that the edge names. */
  readonly address: string | undefined;
  /** True when the call came over the HTTP server, where the access token may be in a cookie. */
  readonly browser: boolean;
  /** When the caller stops waiting, in milliseconds since the epoch. */
  readonly deadlineAt: number | undefined;
  /** Reads one request header without making a Headers object of them all, which costs 3 microseconds. */
  readonly header: ((name: string) => string | undefined) | undefined;
}

/** peerKey holds the peer in a call's context values; the servers set it. */
export const peerKey = createContextKey<Peer>({
  address: undefined,
  browser: false,
  deadlineAt: undefined,
  header: undefined,
});

/** headerOf reads a request header of a call under way. */
export function headerOf(
  request: { readonly contextValues: ContextValues; readonly header: Headers },
  name: string,
): string | undefined {
  const { header } = request.contextValues.get(peerKey);
  return header ? header(name) : (request.header.get(name) ?? undefined);
}
