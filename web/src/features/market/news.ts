/** Change is what a reader is told of a ticket. */
export interface Change {
  readonly title: string;
  readonly state: string;
}

/** More than this in one breath is noise. */
const toldMax = 2;

/** tellChanges says for the ear what the eye sees change. */
export function tellChanges(changes: readonly Change[]): string {
  if (changes.length > toldMax) return `${changes.length} tickets on this page have changed.`;
  return changes.map(({ title, state }) => `${title}: ${state.toLowerCase()}.`).join(" ");
}
