/** paths is the one table of this client's addresses. */
export const paths = {
  tickets: "/",
  ticket: (id: string) => `/tickets/${id}`,
  sell: "/sell",
  listings: "/listings",
  editListing: (id: string) => `/listings/${id}/edit`,
  checkout: (orderId: string) => `/checkout/${orderId}`,
  orders: "/orders",
  order: (id: string) => `/orders/${id}`,
  account: "/account",
  signIn: "/sign-in",
  signUp: "/sign-up",
} as const;

/** withNext leads to `path` and from there on to `next`: `/sign-in?next=%2Fsell`. */
export function withNext(path: string, next: string): string {
  return next === paths.tickets ? path : `${path}?${new URLSearchParams({ next })}`;
}

/** safeNext reads where to go on to. Anything but a path of our own is a trap and leads to the list. */
export function safeNext(next: string | null): string {
  const here = "https://here.invalid";
  // The browser's own parser decides what an address means: it knows of `//`, `/\` and tabs in between.
  if (!next?.startsWith("/") || !URL.canParse(next, here)) return paths.tickets;
  const url = new URL(next, here);
  return url.origin === here ? url.pathname + url.search + url.hash : paths.tickets;
}
