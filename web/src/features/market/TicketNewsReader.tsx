import { useCallback, useState } from "react";
import { type TicketNews, useTicketNews } from "../../api/live/tickets.ts";
import { ticketWord } from "../../api/ticketWords.ts";
import { tellChanges } from "./news.ts";

/** TicketNewsReader says aloud what changes on the screen; without it only the eye would know. */
export function TicketNewsReader() {
  const [text, setText] = useState("");
  const read = useCallback(({ changed, unseen }: TicketNews) => {
    const seen = changed.filter((ticket) => !unseen.includes(ticket));
    if (seen.length > 0)
      setText(tellChanges(seen.map(({ title, status }) => ({ title, state: ticketWord(status).label }))));
  }, []);
  useTicketNews(read);
  return (
    <p className="hidden" aria-live="polite">
      {text}
    </p>
  );
}
