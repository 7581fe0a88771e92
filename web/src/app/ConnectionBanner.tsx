import { useEffect, useState, useSyncExternalStore } from "react";
import type { Liveness } from "../api/live/protocol.ts";

/** A stream that comes back within this time was never missed. */
const patienceMs = 2000;

/** ConnectionBanner says when what is shown may be out of date. It goes away by itself. */
export function ConnectionBanner({ liveness }: { readonly liveness: Liveness }) {
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  const lost = useLasting(liveness === "reconnecting");
  const text = !online
    ? "You are offline. What you see may be out of date."
    : lost
      ? "Reconnecting. What you see may be out of date."
      : "";
  return (
    <div role="status" className="connection">
      {text !== "" && <p>{text}</p>}
    </div>
  );
}

function useLasting(state: boolean): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!state) return setLasting(false);
    const timer = setTimeout(() => setLasting(true), patienceMs);
    return () => clearTimeout(timer);
  }, [state]);
  return lasting;
}

function watchOnline(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}
