import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "react-router";

/** The path whose heading has had the focus; the first page keeps the browser's own start. */
let announced: string | undefined;

/** Page gives a page its heading and its document title, and takes the focus there on arrival. */
export function Page(props: {
  readonly title: string;
  readonly description?: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly width?: "narrow" | "wide";
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    if (announced !== undefined && announced !== pathname) heading.current?.focus({ preventScroll: true });
    announced = pathname;
  }, [pathname]);

  return (
    <div className={`page page-${props.width ?? "wide"}`}>
      <title>{`${props.title} · GitTix`}</title>
      {props.description !== undefined && <meta name="description" content={props.description} />}
      <header className="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {props.title}
          </h1>
          {props.lead !== undefined && <p className="lead">{props.lead}</p>}
        </div>
        {props.actions}
      </header>
      {props.children}
    </div>
  );
}
