import { useCallback, useEffect, useEffectEvent, useState } from "react";
import { type TicketNews, useTicketNews } from "../../api/live/tickets.ts";

/** New listings are fetched together, this often at the most. */
const gatherMs = 1000;

/**
 * useNewListings notices tickets that were listed after the page was loaded. At the top of a short list
 * they appear by themselves; further down nothing may move under the reader, and a button offers them.
 */
export function useNewListings(refetch: () => void, short: boolean) {
  const [count, setCount] = useState(0);
  const read = useCallback(({ unseen }: TicketNews) => {
    const listed = unseen.filter((ticket) => ticket.version === 1).length;
    if (listed > 0) setCount((before) => before + listed);
  }, []);
  useTicketNews(read);

  const show = () => {
    setCount(0);
    refetch();
  };
  const showByItself = useEffectEvent(show);
  const byItself = count > 0 && short;
  useEffect(() => {
    if (!byItself || scrollY > innerHeight / 2) return undefined;
    const timer = setTimeout(() => showByItself(), gatherMs);
    return () => clearTimeout(timer);
  }, [byItself]);
  return { count: byItself && scrollY <= innerHeight / 2 ? 0 : count, show };
}
