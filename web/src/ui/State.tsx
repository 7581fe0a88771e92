import type { ReactNode } from "react";

/** Tone groups states by what they mean to the reader. */
export type Tone = "good" | "waiting" | "ended" | "bad";

/** StateWord is how a state is called and how it looks. */
export interface StateWord {
  readonly label: string;
  readonly tone: Tone;
}

/** State shows a state by its word; the dot's shape and colour only repeat it. */
export function State({ state }: { readonly state: StateWord }) {
  return <span className={`state state-${state.tone}`}>{state.label}</span>;
}

/** Facts is a list of what is known of a thing. */
export function Facts({ facts }: { readonly facts: readonly { readonly term: string; readonly value: ReactNode }[] }) {
  return (
    <dl className="facts">
      {facts.map(({ term, value }) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
