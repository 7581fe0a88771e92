import { Suspense } from "react";
import { Outlet, useLocation } from "react-router";
import { useLiveTickets } from "../api/live/tickets.ts";
import { useSessionAcrossTabs } from "../api/session/session.ts";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { CrashGuard } from "./CrashGuard.tsx";
import { Header } from "./Header.tsx";
import { PageSkeleton } from "./PageSkeleton.tsx";
import { useScrollPlace } from "./useScrollPlace.ts";

/** Layout is what stands around every page. */
export function Layout() {
  useSessionAcrossTabs();
  useScrollPlace();
  const { pathname } = useLocation();
  const liveness = useLiveTickets();
  return (
    <>
      <a href="#main" className="skip-link">
        Skip to content
      </a>
      <Header />
      <ConnectionBanner liveness={liveness} />
      <main id="main" tabIndex={-1}>
        <CrashGuard key={pathname}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </CrashGuard>
      </main>
      <footer className="footer">
        <p>GitTix. Tickets from people to people. While you pay, your ticket is held for you.</p>
      </footer>
    </>
  );
}
