import { readFaults } from "./faults.ts";
import type { SandboxOptions } from "./options.ts";
import { startSandbox } from "./server.ts";

/** readOptions reads the environment and names everything that is wrong with it at once. */
export function readOptions(env: Record<string, string | undefined>): SandboxOptions {
  const wrong: string[] = [];
  const required = (name: string): string => {
    const value = env[name] ?? "";
    if (value === "") wrong.push(`${name} is missing`);
    return value;
  };
  const whole = (name: string): number | undefined => {
    const value = env[name];
    if (value === undefined || value === "") return undefined;
    if (!/^\d{1,9}$/.test(value)) wrong.push(`${name} is not a whole number`);
    return Number(value);
  };
  const set = <K extends string, V>(key: K, value: V | undefined) => (value === undefined ? {} : { [key]: value });

  const secretKey = required("STRIPE_SECRET_KEY");
  const publishableKey = required("STRIPE_PUBLISHABLE_KEY");
  const url = env["STRIPE_WEBHOOK_URL"];
  const options: SandboxOptions = {
    secretKey,
    publishableKey,
    host: env["SANDBOX_HOST"] ?? "127.0.0.1",
    port: whole("SANDBOX_PORT") ?? 12_111,
    database: env["SANDBOX_DATABASE"] ?? ":memory:",
    ...set("publicUrl", env["SANDBOX_PUBLIC_URL"]),
    ...set("seed", whole("SANDBOX_SEED")),
    ...set("amounts", amountsIn(whole("SANDBOX_AMOUNT_MIN"), whole("SANDBOX_AMOUNT_MAX"))),
    ...set("settlePaymentMs", whole("SANDBOX_SETTLE_PAYMENT_MS")),
    ...set("settleRefundMs", whole("SANDBOX_SETTLE_REFUND_MS")),
    ...(url !== undefined && { webhook: { url, secret: required("STRIPE_WEBHOOK_SECRET") } }),
    faults: faultsIn(env["SANDBOX_FAULTS"], wrong),
  };
  if (wrong.length > 0) throw new Error(wrong.join("; "));
  return options;
}

/** Without either the limits are Stripe's own. */
function amountsIn(min: number | undefined, max: number | undefined): SandboxOptions["amounts"] {
  if (min === undefined && max === undefined) return undefined;
  return { min: min ?? 1, max: max ?? 99_999_999 };
}

function faultsIn(json: string | undefined, wrong: string[]): ReturnType<typeof readFaults> {
  if (json === undefined || json === "") return [];
  try {
    return readFaults(JSON.parse(json));
  } catch (cause) {
    wrong.push(`SANDBOX_FAULTS: ${cause instanceof Error ? cause.message : "not JSON"}`);
    return [];
  }
}

if (import.meta.main) {
  const log = (message: string, fields = {}) => console.log(JSON.stringify({ message, ...fields }));
  try {
    const sandbox = await startSandbox({ ...readOptions(process.env), log });
    log("sandbox ready", { url: sandbox.url });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void sandbox.close());
  } catch (cause) {
    console.error(`The sandbox could not start: ${cause instanceof Error ? cause.message : String(cause)}`);
    process.exitCode = 1;
  }
}
