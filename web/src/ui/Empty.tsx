import type { ReactNode } from "react";

/** Empty says why there is nothing to see and what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <section className="empty">
      <svg viewBox="0 0 64 40" aria-hidden="true" className="empty-mark">
        <path d="M6 3h52a3 3 0 0 1 3 3v8a6 6 0 0 0 0 12v8a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3v-8a6 6 0 0 0 0-12V6a3 3 0 0 1 3-3z" />
        <path d="M42 8v26" strokeDasharray="2 5" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
      {action}
    </section>
  );
}

/** Skeletons stand where rows will be, so that nothing jumps when they come. */
export function Skeletons({ count, kind }: { readonly count: number; readonly kind: "card" | "row" | "block" }) {
  return (
    <div className={`skeletons skeletons-${kind}`}>
      <output className="hidden">Loading</output>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={`skeleton skeleton-${kind}`} aria-hidden="true" />
      ))}
    </div>
  );
}
