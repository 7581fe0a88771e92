import { Link, NavLink, useLocation, useNavigate } from "react-router";
import { useSession, useSignOut } from "../api/session/session.ts";
import { readError } from "../api/errors.ts";
import { Button, ButtonLink } from "../ui/Button.tsx";
import { paths, withNext } from "../ui/paths.ts";

/** Header leads everywhere, and says who is signed in. */
export function Header() {
  const session = useSession();
  return (
    <header className="header">
      <div className="header-inner">
        <Link to={paths.tickets} className="brand">
          <Logo />
          GitTix
        </Link>
        <nav aria-label="Main" className="nav">
          <NavLink to={paths.tickets} end>
            Tickets
          </NavLink>
          <NavLink to={paths.sell}>Sell</NavLink>
          {session.status === "signed-in" && (
            <>
              <NavLink to={paths.listings}>My listings</NavLink>
              <NavLink to={paths.orders}>My orders</NavLink>
            </>
          )}
        </nav>
        <div className="header-user">
          {session.status === "signed-in" && <UserMenu email={session.user.email} />}
          {session.status === "signed-out" && <GuestMenu />}
        </div>
      </div>
    </header>
  );
}

function UserMenu({ email }: { readonly email: string }) {
  const navigate = useNavigate();
  const signOut = useSignOut(() => navigate(paths.tickets));
  return (
    <>
      <NavLink to={paths.account} className="header-account" title={email} aria-label={`Account of ${email}`}>
        <span aria-hidden="true" className="avatar">
          {email.charAt(0).toUpperCase()}
        </span>
        <span className="header-email">{email}</span>
      </NavLink>
      <Button pending={signOut.isPending} onClick={() => signOut.mutate({})}>
        Sign out
      </Button>
      {signOut.error && (
        <p role="alert" className="header-problem">
          You are still signed in. {readError(signOut.error).sentence}
        </p>
      )}
    </>
  );
}

function GuestMenu() {
  const { pathname, search } = useLocation();
  const atDoor = pathname === paths.signIn || pathname === paths.signUp;
  const doorTo = (path: string) => (atDoor ? path + search : withNext(path, pathname + search));
  return (
    <>
      <Link to={doorTo(paths.signIn)} className="header-link">
        Sign in
      </Link>
      <ButtonLink to={doorTo(paths.signUp)} kind="primary">
        Sign up
      </ButtonLink>
    </>
  );
}

function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="logo">
      <path d="M5 7h22a2 2 0 0 1 2 2v3.5a3.5 3.5 0 0 0 0 7V23a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-3.5a3.5 3.5 0 0 0 0-7V9a2 2 0 0 1 2-2z" />
      <path d="M20 10v12.5" />
    </svg>
  );
}
