import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { problemOf } from "../../api/errors.ts";
import { useSignedIn } from "../../api/session/session.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Form, textOf } from "../../ui/Form.tsx";
import { PasswordField, TextField } from "../../ui/TextField.tsx";
import { emailRule, passwordHint, passwordRule, withTakenEmail, withWrongPassword } from "./rules.ts";

/** EmailForm changes the address that one signs in with. */
export function EmailForm() {
  const update = useUpdateUser();
  return (
    <section className="panel" aria-labelledby="email">
      <h2 id="email">Change e-mail</h2>
      {update.isSuccess && <Banner tone="success">Your e-mail address is changed.</Banner>}
      <Form
        key={update.times}
        submit="Save e-mail"
        error={update.problem}
        pending={update.isPending}
        onSubmit={(data) =>
          update.mutate({ email: textOf(data, "email"), currentPassword: textOf(data, "current_password") })
        }
      >
        <TextField
          label="New e-mail"
          path="email"
          refused={update.problem?.reason === "EMAIL_TAKEN" ? update.problem.sentence : emailRule}
          input={{ type: "email", autoComplete: "email", required: true }}
        />
        <CurrentPassword />
      </Form>
    </section>
  );
}

/** PasswordForm changes the password, which signs out every other device. */
export function PasswordForm() {
  const update = useUpdateUser();
  return (
    <section className="panel" aria-labelledby="password">
      <h2 id="password">Change password</h2>
      {update.isSuccess && <Banner tone="success">Your password is changed. Other devices are signed out.</Banner>}
      <Form
        key={update.times}
        submit="Save password"
        error={update.problem}
        pending={update.isPending}
        onSubmit={(data) =>
          update.mutate({
            newPassword: textOf(data, "new_password"),
            currentPassword: textOf(data, "current_password"),
          })
        }
      >
        <CurrentPassword />
        <PasswordField
          label="New password"
          path="new_password"
          refused={passwordRule}
          hint={passwordHint}
          autoComplete="new-password"
        />
      </Form>
    </section>
  );
}

function CurrentPassword() {
  return (
    <PasswordField
      label="Current password"
      path="current_password"
      refused="Enter your current password. This is not it."
      autoComplete="current-password"
    />
  );
}

/** A form is emptied when it has worked: `times` is its key. */
function useUpdateUser() {
  const signedIn = useSignedIn();
  const [times, setTimes] = useState(0);
  const { mutate, error, isPending, isSuccess } = useMutation(AuthService.method.updateUser, {
    onSuccess: ({ user }) => {
      signedIn(user);
      setTimes((before) => before + 1);
    },
  });
  return { mutate, isPending, isSuccess, times, problem: withWrongPassword(withTakenEmail(problemOf(error))) };
}
