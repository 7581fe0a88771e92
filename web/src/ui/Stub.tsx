import type { ReactNode } from "react";
import { Link } from "react-router";
import { hueOf } from "./format.ts";
import { formatMoney, type Amount } from "./money.ts";

/** Stub is the shape of a ticket: what it is for on the left, what it costs on the part that is torn off. */
export function Stub(props: {
  readonly id: string;
  readonly size?: "card" | "large";
  readonly faded?: boolean;
  readonly main: ReactNode;
  readonly side: ReactNode;
}) {
  return (
    <div className={`stub stub-${props.size ?? "card"}${props.faded ? " stub-faded" : ""}`}>
      <div className="stub-paper">
        <div className="stub-band" style={{ "--hue": hueOf(props.id) }} aria-hidden="true" />
        <div className="stub-main">{props.main}</div>
        <div className="stub-side">{props.side}</div>
      </div>
    </div>
  );
}

/** StubLink is a stub that leads to its ticket, as a whole. */
export function StubLink({ to, ...stub }: { readonly to: string } & Parameters<typeof Stub>[0]) {
  return (
    <Link to={to} className="stub-link">
      <Stub {...stub} />
    </Link>
  );
}

/** What is longer does not fit the stub in large letters: `$1,000,000.00`. */
const priceLengthMax = 9;

/** StubPrice is what stands on the part that is torn off. */
export function StubPrice({ amount }: { readonly amount: Amount | undefined }) {
  const text = amount ? formatMoney(amount) : "";
  return <span className={text.length > priceLengthMax ? "stub-price stub-price-long" : "stub-price"}>{text}</span>;
}
