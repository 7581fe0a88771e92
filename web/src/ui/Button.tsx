import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Link } from "react-router";

type Kind = "primary" | "plain" | "danger";

/** Button stays focusable and keeps its name while its work is under way; a second press does nothing. */
export function Button(
  props: Omit<ButtonHTMLAttributes<HTMLButtonElement>, "className"> & {
    readonly kind?: Kind;
    readonly pending?: boolean;
    readonly children: ReactNode;
  },
) {
  const { kind = "plain", pending = false, type = "button", onClick, ...rest } = props;
  return (
    <button
      {...rest}
      type={type}
      className={`button button-${kind}`}
      aria-disabled={pending || undefined}
      aria-busy={pending || undefined}
      onClick={(event) => {
        if (pending) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {pending && <span className="spinner" aria-hidden="true" />}
      {props.children}
    </button>
  );
}

/** ButtonLink looks like a button and goes somewhere. */
export function ButtonLink({
  to,
  kind = "plain",
  children,
}: {
  readonly to: string;
  readonly kind?: Kind;
  readonly children: ReactNode;
}) {
  return (
    <Link to={to} className={`button button-${kind}`}>
      {children}
    </Link>
  );
}
