import { failure } from "@gittix/common/errors";

/** User is a person who can sign in. */
export interface User {
  readonly id: string;
  /** As the user wrote it, trimmed. */
  readonly email: string;
  /** By which no two users are the same: see emailKey. */
  readonly emailKey: string;
  readonly passwordHash: string;
  readonly role: "user" | "operator";
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Email is an address that somebody can sign up with. */
export interface Email {
  readonly email: string;
  readonly emailKey: string;
}

const emailLengthMax = 254;

/** emailKey is what two spellings of one address have in common: no blanks around, no case, one Unicode form. */
export function emailKey(text: string): string {
  return text.trim().normalize("NFKC").toLowerCase().normalize("NFKC");
}

/** readEmail takes an address for a user, and refuses what only looks like another one, such as one with invisible characters. */
export function readEmail(text: string): Email {
  const email = text.trim();
  const key = emailKey(text);
  if (/\p{C}/u.test(email) || [...email].length > emailLengthMax || [...key].length > emailLengthMax) {
    throw failure("VALIDATION_FAILED", "This is not an e-mail address.", {
      fields: [{ field: "email", description: `must be an e-mail address of at most ${emailLengthMax} characters` }],
    });
  }
  return { email, emailKey: key };
}

/** join makes a new user. */
export function join(user: Email & { id: string; passwordHash: string; role: User["role"]; at: Date }): User {
  const { id, email, emailKey, passwordHash, role, at } = user;
  return { id, email, emailKey, passwordHash, role, version: 1, createdAt: at, updatedAt: at };
}

/**
 * change gives the user another address, another password, or both. `provenHash` is the hash that the current
 * password was compared with: if another change came in between, that password proves nothing any more.
 */
export function change(
  user: User,
  wish: { provenHash: string; email?: Email | undefined; passwordHash?: string | undefined; at: Date },
): User {
  assertProven(user, wish.provenHash);
  const { email, emailKey } = wish.email ?? user;
  const passwordHash = wish.passwordHash ?? user.passwordHash;
  if (email === user.email && passwordHash === user.passwordHash) return user;
  return { ...user, email, emailKey, passwordHash, version: user.version + 1, updatedAt: wish.at };
}

/** assertProven refuses when the user's password is no longer the one that was compared. */
export function assertProven(user: User | null, provenHash: string): asserts user is User {
  if (user?.passwordHash !== provenHash) throw credentialsWrong();
}

/** credentialsWrong is the one answer to a wrong address and to a wrong password. */
export function credentialsWrong(): Error {
  return failure("CREDENTIALS_WRONG", "The e-mail address and the password do not belong together.");
}

/** emailTaken is the answer when somebody has the address already. */
export function emailTaken(): Error {
  return failure("EMAIL_TAKEN", "Somebody has signed up with this e-mail address already.", {
    fields: [{ field: "email", description: "is taken" }],
  });
}
