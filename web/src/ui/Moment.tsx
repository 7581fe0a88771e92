import { formatTime } from "./format.ts";

/** Moment shows a time in the reader's own zone and manner. */
export function Moment({ at }: { readonly at: Date }) {
  return <time dateTime={at.toISOString()}>{formatTime(at)}</time>;
}
