import { durationMs, oneOf, readConfig, text, whole, type Env, type Setting } from "@gittix/common/config";
import { platformSettings } from "@gittix/common/platform-settings";

const limit = { min: 1, max: 1_000_000 };

/** readAuthConfig reads the environment of the auth service. */
export function readAuthConfig(env: Env) {
  const { cookieSecure, operatorEmail, operatorPassword, ...settings } = readConfig(env, {
    ...platformSettings,
    /** What comes after `https://` only; false where the site is served over plain HTTP on this machine. */
    cookieSecure: oneOf("COOKIE_SECURE", ["true", "false"], "true"),
    /** bcrypt's cost: one more doubles the time of every sign-in. Below 10 only in tests. */
    bcryptCost: whole("BCRYPT_COST", { min: 4, max: 16 }, 12),
    accessLifeMs: durationMs("ACCESS_TOKEN_LIFE", { min: "1s", max: "24h" }, "15m"),
    refreshLifeMs: durationMs("REFRESH_TOKEN_LIFE", { min: "1s", max: "8760h" }, "720h"),
    rotateAfterMs: durationMs("SIGNING_KEY_ROTATE_AFTER", { min: "1h", max: "87600h" }, "2160h"),
    windowMs: durationMs("ATTEMPT_WINDOW", { min: "1s", max: "24h" }, "15m"),
    failuresPerAccount: whole("SIGN_IN_FAILURES_PER_ACCOUNT", limit, 10),
    failuresPerAddress: whole("SIGN_IN_FAILURES_PER_ADDRESS", limit, 100),
    /** Room for a whole test run from one address; behind an edge that names its callers' addresses, 100 is plenty. */
    signUpsPerAddress: whole("SIGN_UPS_PER_ADDRESS", limit, 5000),
    operatorEmail: pairedText(env, "OPERATOR_EMAIL", "OPERATOR_PASSWORD"),
    operatorPassword: pairedText(env, "OPERATOR_PASSWORD", "OPERATOR_EMAIL", passwordProblem),
    /** Where the others find the keys; auth has them itself. */
    userKeysUrl: text("USER_KEYS_URL", "none"),
  });
  const email = operatorEmail ?? "";
  return {
    ...settings,
    cookieSecure: cookieSecure === "true",
    /** The first operator, who is made at start where nobody has the address. */
    operator: operatorPassword === undefined ? undefined : { email, password: operatorPassword },
  };
}

/** A text that is there exactly when another variable is. */
function pairedText(
  env: Env,
  variable: string,
  partner: string,
  problemOf: (value: string) => string | undefined = () => undefined,
): Setting<string | undefined> {
  return {
    variable,
    read: (value) => {
      if (value === undefined && env[partner]?.trim()) throw new Error(`is missing beside ${partner}`);
      const problem = value === undefined ? undefined : problemOf(value);
      if (problem !== undefined) throw new Error(problem);
      return value;
    },
  };
}

function passwordProblem(password: string): string | undefined {
  const fits = [...password].length >= 8 && Buffer.byteLength(password) <= 72;
  return fits ? undefined : "must be at least 8 characters and at most 72 bytes long";
}
