import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const secretKey = "sk_test_payments";
export const publishableKey = "pk_test_payments";
export const webhookSecret = "whsec_payments";

/** Held is what the sandbox holds of one order. */
export interface Held {
  readonly intents: readonly { id: string; status: string; amount: number; currency: string }[];
  /** Every attempt to take money, the declined ones too. */
  readonly attempts: readonly { status: string; amount_captured: number; amount_refunded: number }[];
  readonly refunds: readonly { id: string; status: string; amount: number }[];
}

/** Fault is a trouble to ask for; the sandbox's README lists the kinds. */
export interface Fault {
  readonly kind: string;
  readonly on: string;
  readonly count?: number;
  readonly ms?: number;
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/**
 * startSandbox runs the Stripe sandbox as a program of its own: payments knows nothing of it but an address, and
 * neither do its tests.
 */
export async function startSandbox() {
  const main = fileURLToPath(new URL("../../../../deploy/sandbox/src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { STRIPE_SECRET_KEY: secretKey, STRIPE_PUBLISHABLE_KEY: publishableKey, SANDBOX_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  const url = readUrl(String(line));

  async function control(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await fetch(`${url}/_sandbox/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`the sandbox refuses ${method} ${path}: ${await answer.text()}`);
  }

  return {
    url,
    fault: (...faults: Fault[]) => control("POST", "faults", faults),
    noFaults: () => control("DELETE", "faults"),
    /** Ends at once what is processing. */
    settle: () => control("POST", "settle"),
    sendWebhooksTo: (target: string | null) =>
      control("PUT", "webhook", target && { url: target, secret: webhookSecret }),

    /** Pays as a browser does: with the publishable key and the client secret. */
    async confirmInBrowser(clientSecret: string, paymentMethod: string): Promise<void> {
      const intent = clientSecret.slice(0, clientSecret.indexOf("_secret_"));
      const form = { key: publishableKey, client_secret: clientSecret, payment_method: paymentMethod };
      await fetch(`${url}/v1/payment_intents/${intent}/confirm`, { method: "POST", body: new URLSearchParams(form) });
    },

    /** Goes through the bank's page. */
    async authenticate(intentId: string, outcome: "complete" | "fail"): Promise<void> {
      await fetch(`${url}/3ds/${intentId}`, { method: "POST", body: new URLSearchParams({ outcome }) });
    },

    async held(orderId: string): Promise<Held> {
      const answer = await fetch(`${url}/_sandbox/state?limit=10000`);
      const state: State = JSON.parse(await answer.text());
      const intents = state.payment_intents.filter((intent) => intent.metadata["order_id"] === orderId);
      const ids = new Set(intents.map((intent) => intent.id));
      return {
        intents,
        attempts: state.charges.filter((charge) => ids.has(charge.payment_intent)),
        refunds: state.refunds.filter((refund) => ids.has(refund.payment_intent)),
      };
    },

    async stop(): Promise<void> {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}

interface State {
  readonly payment_intents: (Held["intents"][number] & { metadata: Record<string, string> })[];
  readonly charges: (Held["attempts"][number] & { payment_intent: string })[];
  readonly refunds: (Held["refunds"][number] & { payment_intent: string })[];
}

function readUrl(line: string): string {
  const said: unknown = JSON.parse(line);
  if (typeof said === "object" && said !== null && "url" in said && typeof said.url === "string") return said.url;
  throw new Error(`the sandbox did not start: ${line}`);
}
