import { TicketSort } from "@gittix/proto/tickets/v1/ticket_service";

/** Search is what is looked for. It lives in the address, so that it can be shared and gone back to. */
export interface Search {
  readonly query: string;
  readonly availableOnly: boolean;
  readonly sort: SortName;
}

/** The orders of the list, by the name that stands in the address. */
export const sorts = {
  newest: { label: "Newest first", value: TicketSort.NEWEST },
  cheapest: { label: "Price, lowest first", value: TicketSort.PRICE_LOWEST },
  dearest: { label: "Price, highest first", value: TicketSort.PRICE_HIGHEST },
} as const;

export type SortName = keyof typeof sorts;

/** The contract takes no longer query. */
export const queryLengthMax = 100;

/** readSearch reads an address, whatever somebody typed into it. */
export function readSearch(params: URLSearchParams): Search {
  const sort = params.get("sort") ?? "";
  return {
    query: (params.get("q") ?? "").slice(0, queryLengthMax),
    availableOnly: params.has("available"),
    sort: isSortName(sort) ? sort : "newest",
  };
}

/** writeSearch makes the shortest address of a search. */
export function writeSearch(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  if (search.query !== "") params.set("q", search.query);
  if (search.availableOnly) params.set("available", "");
  if (search.sort !== "newest") params.set("sort", search.sort);
  return params;
}

/** isSortName recognises the name of an order. */
export function isSortName(name: string): name is SortName {
  return Object.hasOwn(sorts, name);
}
