import { Outlet, ScrollRestoration, useNavigation } from "react-router";
import { useLiveTickets } from "../api/live/tickets.ts";
import { useSessionAcrossTabs } from "../api/session/session.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { Header } from "./Header.tsx";

/** Layout is what stands around every page. */
export function Layout() {
  useSessionAcrossTabs();
  const liveness = useLiveTickets();
  const navigating = useNavigation().state !== "idle";
  return (
    <>
      <a href="#main" className="skip-link">
        Skip to content
      </a>
      <Header />
      <ConnectionBanner liveness={liveness} />
      <div className={navigating ? "progress progress-on" : "progress"} aria-hidden="true" />
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <footer className="footer">
        <p>GitTix. Tickets from people to people. While you pay, your ticket is held for you.</p>
      </footer>
      <ScrollRestoration />
    </>
  );
}
