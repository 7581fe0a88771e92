import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

import { createApi } from "./api.ts";
import { createChallenge } from "./challenge.ts";
import { createControl } from "./control.ts";
import { openDatabase } from "./database.ts";
import { notFound } from "./errors.ts";
import { createRecorder } from "./events.ts";
import { createExecute } from "./execute.ts";
import { createFaults } from "./faults.ts";
import { sendHtml, sendJson } from "./http.ts";
import { createIdempotency } from "./idempotency.ts";
import { createJobs } from "./jobs.ts";
import type { Sandbox, SandboxOptions } from "./options.ts";
import { renderPage } from "./page.ts";
import { forget } from "./retention.ts";
import { readState, readTotals } from "./state.ts";
import { createStore } from "./store.ts";
import type { StripeEvent } from "./types.ts";
import { createWebhooks } from "./webhooks.ts";
import type { Work } from "./work.ts";

const SETTLE_MS = 5000;
const FORGET_EVERY_MS = 60 * 60 * 1000;
const STATE_LIMIT = 100_000;

/** startSandbox listens, speaks Stripe, and goes on where the database left off. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { secretKey, publishableKey, now = Date.now, log = () => undefined } = options;
  if (!secretKey.startsWith("sk_test_") || !publishableKey.startsWith("pk_test_")) {
    throw new Error("The sandbox takes test keys only: sk_test_… and pk_test_…");
  }
  const database = openDatabase(options.database ?? ":memory:");
  const store = createStore(database);
  const faults = createFaults(options.seed, options.faults);
  const stopping = new AbortController();
  let origin = options.publicUrl ?? "";

  const webhooks = createWebhooks({ database, store, now, log, webhook: options.webhook });
  const record = createRecorder({
    database,
    store,
    faults,
    now,
    webhookWanted: () => webhooks.current() !== undefined,
  });
  const begin = (request: StripeEvent["request"] = { id: null, idempotency_key: null }): Work => ({
    store,
    record: record(request),
    later: jobs.later,
    at: Math.floor(now() / 1000),
    amounts: options.amounts ?? "stripe",
    origin,
  });
  const committed = () => {
    jobs.wake();
    webhooks.wake();
  };
  const delaysMs = {
    settle_payment: options.settlePaymentMs ?? SETTLE_MS,
    settle_refund: options.settleRefundMs ?? SETTLE_MS,
  };
  const jobs = createJobs({ database, now, delaysMs, begin, committed, log });

  const idempotency = createIdempotency(database, now);
  const execute = createExecute(database, idempotency);
  const keys = { secretKey, publishableKey };
  const api = createApi({
    keys,
    faults,
    idempotency,
    execute,
    begin,
    committed,
    stopping: stopping.signal,
    log,
  });
  const challenge = createChallenge({ database, store, begin, committed });
  const control = createControl({ database, store, faults, jobs, webhooks });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://sandbox");
    if (url.pathname.startsWith("/v1/")) return api(request, response, url);
    if (url.pathname.startsWith("/3ds/")) return challenge(request, response, url.pathname.slice("/3ds/".length));
    if (url.pathname.startsWith("/_sandbox/")) return control(request, response, url);
    if (url.pathname === "/") return sendHtml(response, 200, renderPage(database, store, faults));
    sendJson(response, 404, JSON.stringify({ error: notFound(request.method ?? "GET", url.pathname).error }));
  }
  const server = createServer((request, response) => {
    serve(request, response).catch((cause: unknown) => {
      if (!stopping.signal.aborted) log("request failed", { cause: String(cause) });
      response.destroy();
    });
  });

  const host = options.host ?? "127.0.0.1";
  const port = await listen(server, host, options.port ?? 0).catch((cause: unknown) => {
    database.close();
    throw cause;
  });
  const url = `http://${host}:${port}`;
  origin ||= url;
  const forgetOld = () => forget(database, now(), options.retention);
  forgetOld();
  const forgetting = setInterval(forgetOld, FORGET_EVERY_MS).unref();
  committed();

  return {
    url,
    port,
    faults,
    state: () => readState(database, store, STATE_LIMIT),
    totals: () => readTotals(database),
    settle: jobs.settle,
    setWebhook: webhooks.aim,
    forget: forgetOld,
    async close() {
      if (stopping.signal.aborted) return;
      stopping.abort();
      clearInterval(forgetting);
      jobs.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, webhooks.stop()]);
      database.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}
