/** Word is how a state is called on every page, and what it means to the reader; ui/State.tsx shows it. */
export interface Word {
  readonly label: string;
  readonly tone: "good" | "waiting" | "ended" | "bad";
}
