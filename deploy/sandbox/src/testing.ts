import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";

import { Stripe } from "stripe";

import { readBody } from "./http.ts";
import type { Sandbox, SandboxOptions } from "./options.ts";
import { startSandbox } from "./server.ts";

export const SECRET_KEY = "sk_test_51SandboxSecretKey";
export const PUBLISHABLE_KEY = "pk_test_51SandboxPublishableKey";
export const WEBHOOK_SECRET = "whsec_sandbox";

/** NO_REDIRECT is what a server sends that wants cards only and stays on its own page. */
export const NO_REDIRECT = { enabled: true, allow_redirects: "never" as const };

export type Bench = AsyncDisposable & { sandbox: Sandbox; stripe: Stripe };

/** startBench gives a test a sandbox of its own and the real SDK pointed at it. */
export async function startBench(options: Partial<SandboxOptions> = {}): Promise<Bench> {
  const sandbox = await startSandbox({ secretKey: SECRET_KEY, publishableKey: PUBLISHABLE_KEY, ...options });
  return {
    sandbox,
    stripe: stripeFor(sandbox.port),
    [Symbol.asyncDispose]: sandbox.close,
  };
}

export function stripeFor(port: number, config: { apiKey?: string; timeout?: number } = {}): Stripe {
  const { apiKey = SECRET_KEY, timeout = 10_000 } = config;
  return new Stripe(apiKey, {
    host: "127.0.0.1",
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
    timeout,
  });
}

/** pay confirms a payment of $20.00 with a test payment method, in one call. */
export function pay(
  stripe: Stripe,
  paymentMethod: string,
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
  options: Stripe.RequestOptions = {},
) {
  return stripe.paymentIntents.create(
    {
      amount: 2000,
      currency: "usd",
      confirm: true,
      payment_method: paymentMethod,
      automatic_payment_methods: NO_REDIRECT,
      ...more,
    },
    options,
  );
}

/** errorOf waits for the error that the SDK throws. */
export async function errorOf(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const outcome = await promise.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  if (outcome instanceof Stripe.errors.StripeError) return outcome;
  throw new Error("expected an error of Stripe", { cause: outcome });
}

/** until waits for a condition; the test's own time limit is its bound. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export type Receiver = AsyncDisposable & {
  url: string;
  events: Stripe.Event[];
  refuse: (times: number) => void;
};

/** startReceiver is a shop's webhook endpoint: it verifies each signature with the real SDK. */
export async function startReceiver(): Promise<Receiver> {
  const events: Stripe.Event[] = [];
  let refusals = 0;
  const { webhooks } = stripeFor(1);

  async function receive(request: IncomingMessage): Promise<number> {
    const signature = request.headers["stripe-signature"] ?? "";
    const event = webhooks.constructEvent(await readBody(request), signature, WEBHOOK_SECRET);
    if (refusals > 0) {
      refusals -= 1;
      return 503;
    }
    events.push(event);
    return 200;
  }
  const server = createServer((request, response) => {
    receive(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(400).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    events,
    refuse: (times) => void (refusals = times),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
