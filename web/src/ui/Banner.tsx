import type { ReactNode } from "react";

/** Banner tells something about the whole page or form. An error can take the focus and is read at once. */
export function Banner(props: {
  readonly tone: "error" | "info" | "success" | "warning";
  readonly requestId?: string | undefined;
  readonly children: ReactNode;
  readonly actions?: ReactNode;
}) {
  const urgent = props.tone === "error";
  return (
    <div className={`banner banner-${props.tone}`} role={urgent ? "alert" : "status"} tabIndex={-1}>
      <Mark tone={props.tone} />
      <div className="banner-text">
        {props.children}
        {props.requestId !== undefined && <small>If you ask for help, give this number: {props.requestId}</small>}
      </div>
      {props.actions !== undefined && <div className="banner-actions">{props.actions}</div>}
    </div>
  );
}

const marks = { error: "!", warning: "!", info: "i", success: "✓" } as const;

/** The tone is never told by colour alone. */
function Mark({ tone }: { readonly tone: keyof typeof marks }) {
  return (
    <span className="banner-mark" aria-hidden="true">
      {marks[tone]}
    </span>
  );
}
