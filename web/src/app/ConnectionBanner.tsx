import { useEffect, useState, useSyncExternalStore } from "react";
import type { Liveness } from "../api/live/protocol.ts";

/** A stream that comes back within this time was never missed. */
const patienceMs = 2000;

/** ConnectionBanner says when what is shown may be out of date. It goes away by itself. */
export function ConnectionBanner({ liveness }: { readonly liveness: Liveness }) {
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  return (
    <output className="connection">
      {!online && <span>You are offline. What you see may be out of date.</span>}
      {online && liveness === "reconnecting" && <Reconnecting />}
    </output>
  );
}

function Reconnecting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), patienceMs);
    return () => clearTimeout(timer);
  }, []);
  return late && <span>Reconnecting. What you see may be out of date.</span>;
}

function watchOnline(changed: () => void): () => void {
  addEventListener("online", changed);
  addEventListener("offline", changed);
  return () => {
    removeEventListener("online", changed);
    removeEventListener("offline", changed);
  };
}
