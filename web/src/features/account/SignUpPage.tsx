import { useMutation } from "@connectrpc/connect-query";
import { Link, Navigate, useSearchParams } from "react-router";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { problemOf } from "../../api/errors.ts";
import { useSession, useSignedIn } from "../../api/session/session.ts";
import { Form, textOf } from "../../ui/Form.tsx";
import { Page } from "../../ui/Page.tsx";
import { paths, safeNext, withNext } from "../../ui/paths.ts";
import { PasswordField, TextField } from "../../ui/TextField.tsx";
import { emailRule, passwordHint, passwordRule, withTakenEmail } from "./rules.ts";

/** SignUpPage makes a user, who is signed in at once. */
export function SignUpPage() {
  const [params] = useSearchParams();
  const next = safeNext(params.get("next"));
  const signedIn = useSignedIn();
  const session = useSession();
  const { mutate, error, isPending } = useMutation(AuthService.method.signUp, {
    onSuccess: ({ user }) => signedIn(user),
  });
  if (session.status === "signed-in") return <Navigate to={next} replace />;
  const problem = withTakenEmail(problemOf(error));

  return (
    <Page title="Sign up" width="narrow" lead="With one account you buy and sell.">
      <Form
        submit="Sign up"
        error={problem}
        pending={isPending}
        onSubmit={(data) => mutate({ email: textOf(data, "email"), password: textOf(data, "password") })}
      >
        <TextField
          label="E-mail"
          path="email"
          refused={problem?.reason === "EMAIL_TAKEN" ? problem.sentence : emailRule}
          input={{ type: "email", autoComplete: "username", required: true }}
        />
        <PasswordField
          label="Password"
          path="password"
          refused={passwordRule}
          hint={passwordHint}
          autoComplete="new-password"
        />
      </Form>
      <p className="page-foot">
        Have an account? <Link to={withNext(paths.signIn, next)}>Sign in</Link>
      </p>
    </Page>
  );
}
