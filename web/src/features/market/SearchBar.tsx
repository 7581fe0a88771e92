import { useEffect, useEffectEvent, useId, useRef, useState } from "react";
import { isSortName, queryLengthMax, sorts, type Search } from "./search.ts";

/** Asking for each letter would be asking too much; this is too short to be felt. */
const typingMs = 250;

/** SearchBar changes what is looked for: at once, except while somebody types. */
export function SearchBar({
  search,
  onChange,
}: {
  readonly search: Search;
  readonly onChange: (next: Search) => void;
}) {
  const id = useId();
  const [text, setText] = useTyped(search.query, (query) => onChange({ ...search, query }));
  return (
    <search className="search">
      <div className="search-words">
        <label htmlFor={`${id}-q`} className="hidden">
          Search tickets
        </label>
        <input
          id={`${id}-q`}
          type="search"
          placeholder="Search tickets"
          value={text}
          maxLength={queryLengthMax}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={search.availableOnly}
          onChange={(event) => onChange({ ...search, query: text, availableOnly: event.target.checked })}
        />
        Available only
      </label>
      <div className="search-sort">
        <label htmlFor={`${id}-sort`}>Sort</label>
        <select
          id={`${id}-sort`}
          value={search.sort}
          onChange={(event) =>
            isSortName(event.target.value) && onChange({ ...search, query: text, sort: event.target.value })
          }
        >
          {Object.entries(sorts).map(([name, { label }]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </div>
    </search>
  );
}

/** Keeps what is typed and hands it on when the typing pauses; follows the address when that changes. */
function useTyped(value: string, onPause: (text: string) => void) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const handOn = useEffectEvent(onPause);
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === sent.current) return undefined;
    const timer = setTimeout(() => {
      sent.current = text;
      handOn(text);
    }, typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  return [text, setText] as const;
}
