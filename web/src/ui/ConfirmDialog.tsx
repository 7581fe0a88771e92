import { useEffect, useRef, type ReactNode } from "react";
import { Banner } from "./Banner.tsx";
import { Button } from "./Button.tsx";
import type { Problem } from "./problem.ts";

/**
 * ConfirmDialog asks before something that cannot be taken back. The browser's own dialog keeps the
 * focus inside, closes on Escape and gives the focus back. The safe answer comes first.
 */
export function ConfirmDialog(props: {
  readonly open: boolean;
  readonly title: string;
  readonly children: ReactNode;
  readonly confirm: string;
  readonly keep: string;
  readonly error: Problem | undefined;
  readonly pending: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (props.open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [props.open]);

  return (
    <dialog ref={dialog} className="dialog" aria-labelledby="dialog-title" onClose={props.onClose}>
      {props.open && (
        <>
          <h2 id="dialog-title">{props.title}</h2>
          {props.error && (
            <Banner tone="error" requestId={props.error.requestId}>
              {props.error.sentence}
            </Banner>
          )}
          <div className="dialog-text">{props.children}</div>
          <div className="dialog-actions">
            <Button onClick={props.onClose}>{props.keep}</Button>
            <Button kind="danger" pending={props.pending} onClick={props.onConfirm}>
              {props.confirm}
            </Button>
          </div>
        </>
      )}
    </dialog>
  );
}
