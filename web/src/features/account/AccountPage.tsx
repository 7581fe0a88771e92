import { useState } from "react";
import { useNavigate } from "react-router";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { User } from "@gittix/proto/auth/v1/user";
import { problemOf } from "../../api/errors.ts";
import { useSession, useSignOut } from "../../api/session/session.ts";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Moment } from "../../ui/Moment.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths } from "../../ui/paths.ts";
import { EmailForm, PasswordForm } from "./UserForms.tsx";

/** AccountPage is where a user looks after themself. */
export function AccountPage() {
  const session = useSession();
  return session.status === "signed-in" ? <Account user={session.user} /> : null;
}

function Account({ user }: { readonly user: User }) {
  return (
    <Page
      title="Account"
      width="narrow"
      lead={
        <>
          {user.email}
          {user.createdAt && (
            <>
              , here since <Moment at={timestampDate(user.createdAt)} />
            </>
          )}
        </>
      }
    >
      <EmailForm />
      <PasswordForm />
      <SignOutEverywhere />
    </Page>
  );
}

function SignOutEverywhere() {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const signOut = useSignOut(() => navigate(paths.tickets));
  return (
    <section className="panel" aria-labelledby="sessions">
      <h2 id="sessions">Signed-in devices</h2>
      <p>Lost a phone, or used somebody else's computer? Sign out there from here.</p>
      <Button onClick={() => setAsking(true)}>Sign out everywhere</Button>
      <ConfirmDialog
        open={asking}
        title="Sign out everywhere?"
        confirm="Sign out on all devices"
        keep="Stay signed in"
        error={problemOf(signOut.error)}
        pending={signOut.isPending}
        onConfirm={() => signOut.mutate({ everywhere: true })}
        onClose={() => setAsking(false)}
      >
        This device is signed out too. On others it can take up to 15 minutes.
      </ConfirmDialog>
    </section>
  );
}
