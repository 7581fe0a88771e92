import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * reload loads again what may be stale, for a stream that begins. A first load that is under way may have
 * left the server before the stream began, and would swallow the second one: it is followed by another.
 */
export function reload(client: QueryClient, filters: QueryFilters): void {
  const underWay = client.getQueryCache().findAll({
    ...filters,
    predicate: ({ state }) => state.data === undefined && state.fetchStatus !== "idle",
  });
  void client.invalidateQueries(filters);
  for (const query of underWay) {
    const again = () => client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    void query.promise?.then(again, again);
  }
}
