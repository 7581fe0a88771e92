import { reasonOf } from "@gittix/common/errors";
import type { Logger } from "@gittix/common/log";
import { join, readEmail } from "./domain/user.ts";
import { userCreated } from "./messages.ts";
import type { Passwords } from "./passwords.ts";
import type { UserStore } from "./store/user-store.ts";

/**
 * ensureOperator makes the first operator's account where nobody has the address. An account that exists stays
 * as it is: whoever signed up with the address before must not become an operator by that.
 */
export async function ensureOperator(parts: {
  readonly operator: { readonly email: string; readonly password: string };
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly ids: () => string;
  readonly log: Logger;
}): Promise<void> {
  const { operator, users, passwords, ids, log } = parts;
  const email = readEmail(operator.email);
  const found = await users.findByEmail(email.emailKey);
  if (found?.role === "user") log.warn({ user: found.id }, "OPERATOR_EMAIL belongs to a user, who stays one");
  if (found) return;

  const passwordHash = await passwords.hash(operator.password);
  const id = ids();
  try {
    await users.insert((at) => {
      const user = join({ id, ...email, passwordHash, role: "operator", at });
      return { user, events: [userCreated(user)] };
    });
    log.info({ user: id }, "operator's account made");
  } catch (error) {
    // Another replica was faster.
    if (reasonOf(error) !== "EMAIL_TAKEN") throw error;
  }
}
