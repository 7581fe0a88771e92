import { useMutation } from "@connectrpc/connect-query";
import { Link, Navigate, useSearchParams } from "react-router";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { problemOf } from "../../api/errors.ts";
import { useSession, useSignedIn } from "../../api/session/session.ts";
import { Form, textOf } from "../../ui/Form.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths, safeNext, withNext } from "../../ui/paths.ts";
import { PasswordField, TextField } from "../../ui/TextField.tsx";

/** SignInPage starts a session and leads back to where one was. */
export function SignInPage() {
  const [params] = useSearchParams();
  const next = safeNext(params.get("next"));
  const signedIn = useSignedIn();
  const session = useSession();
  const { mutate, error, isPending } = useMutation(AuthService.method.signIn, {
    onSuccess: ({ user }) => signedIn(user),
  });
  if (session.status === "signed-in") return <Navigate to={next} replace />;

  return (
    <Page
      title="Sign in"
      width="narrow"
      lead={next === paths.tickets ? undefined : "Sign in, and you go on where you were."}
    >
      <Form
        submit="Sign in"
        error={problemOf(error)}
        pending={isPending}
        onSubmit={(data) => mutate({ email: textOf(data, "email"), password: textOf(data, "password") })}
      >
        <TextField
          label="E-mail"
          path="email"
          refused="Enter your e-mail address."
          input={{ type: "email", autoComplete: "username", required: true }}
        />
        <PasswordField
          label="Password"
          path="password"
          refused="Enter your password."
          autoComplete="current-password"
        />
      </Form>
      <p className="page-foot">
        New here? <Link to={withNext(paths.signUp, next)}>Create an account</Link>
      </p>
    </Page>
  );
}
