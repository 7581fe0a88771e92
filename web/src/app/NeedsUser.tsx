import { Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "../api/session/session.ts";
import { paths, withNext } from "../ui/paths.ts";
import { PageSkeleton } from "./PageSkeleton.tsx";

/** NeedsUser leads whoever is not signed in to the sign-in page, and from there back to where they were. */
export function NeedsUser() {
  const session = useSession();
  const { pathname, search } = useLocation();
  switch (session.status) {
    case "loading":
      return <PageSkeleton />;
    case "signed-out":
      return <Navigate to={withNext(paths.signIn, pathname + search)} replace />;
    case "signed-in":
      // Another user is another person: nothing of the page before may stay.
      return <Outlet key={session.user.id} />;
    default:
      return session satisfies never;
  }
}
