import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { ApiError, internalError } from "./errors.ts";
import type { createExecute } from "./execute.ts";
import { answerOf, failure } from "./execute.ts";
import type { Faults, RequestFaults } from "./faults.ts";
import { canonical, decodeForm } from "./form.ts";
import { header, readBody, sendJson } from "./http.ts";
import type { Idempotency, Kept } from "./idempotency.ts";
import { newRequestId } from "./ids.ts";
import type { Caller, Keys } from "./keys.ts";
import { callerOf } from "./keys.ts";
import { routeFor } from "./routes.ts";
import type { Log, StripeEvent } from "./types.ts";
import type { Work } from "./work.ts";

type Options = {
  keys: Keys;
  faults: Faults;
  idempotency: Idempotency;
  execute: ReturnType<typeof createExecute>;
  begin: (request: StripeEvent["request"]) => Work;
  /** committed tells that there may be webhooks to send and jobs to wait for. */
  committed: () => void;
  stopping: AbortSignal;
  log: Log;
};

/** createApi answers the calls under /v1 and meets them with the faults that were asked for. */
export function createApi({ keys, faults, idempotency, execute, begin, committed, stopping, log }: Options) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const requestId = newRequestId();
    setHeaders(request, response, requestId);
    if (request.method === "OPTIONS") return void response.writeHead(204).end();

    let caller: Caller = "browser";
    try {
      const method = request.method ?? "GET";
      const { key, ...form } = decodeForm(method === "POST" ? await readBody(request) : url.search);
      caller = callerOf(keys, header(request, "authorization"), { ...(key !== undefined && { key }) });
      const { handler, id } = routeFor(method, url.pathname);
      const name = method === "POST" ? header(request, "idempotency-key") : undefined;
      const used = name === undefined ? undefined : { name, endpoint: url.pathname, params: canonical(form) };

      await withKey(used, requestId, caller, request, response, faults.ofRequest(method, url.pathname), () =>
        handler(begin({ id: requestId, idempotency_key: name ?? null }), {
          caller,
          id,
          form,
          path: url.pathname,
        }),
      );
    } catch (cause) {
      if (stopping.aborted || response.destroyed) return void response.destroy();
      if (!(cause instanceof ApiError)) log("call failed", { request: requestId, cause: String(cause) });
      const reply =
        cause instanceof ApiError ? failure(cause, caller) : { status: 500, body: { error: internalError() } };
      sendJson(response, reply.status, answerOf(reply, requestId).body);
    }
  };

  async function withKey(
    key: Parameters<typeof execute>[0]["key"],
    requestId: string,
    caller: Caller,
    request: IncomingMessage,
    response: ServerResponse,
    fault: RequestFaults,
    work: Parameters<typeof execute>[0]["work"],
  ): Promise<void> {
    const kept = key && idempotency.claim(key.name, key.endpoint, key.params);
    let answer: Kept;
    try {
      if (fault.drop_before) return void request.socket.destroy();
      if (fault.error_before) return sendError(response, requestId);
      if (fault.latency) await sleep(fault.latency.ms, undefined, { signal: stopping });
      answer = kept ?? execute({ requestId, caller, key, failAfter: fault.error_after !== undefined, work });
    } finally {
      // A kept key was never taken; giving it back is harmless all the same.
      if (key !== undefined) idempotency.release(key.name);
    }
    committed();
    if (fault.hang_after) await untilGivenUp(response, fault.hang_after.ms);
    if (fault.drop_after || fault.hang_after) return void request.socket.destroy();

    if (kept !== undefined)
      response.setHeader("Idempotent-Replayed", "true").setHeader("Original-Request", kept.requestId);
    // To repeat a kept 500 would bring the same 500 again; Stripe tells its SDKs not to.
    if (answer.status === 500) response.setHeader("Stripe-Should-Retry", "false");
    sendJson(response, answer.status, answer.body);
  }

  /** untilGivenUp never answers: the caller's own timeout ends it, or ours. */
  async function untilGivenUp(response: ServerResponse, ms: number): Promise<void> {
    const left = new AbortController();
    response.once("close", () => left.abort());
    await sleep(ms, undefined, { signal: AbortSignal.any([left.signal, stopping]) }).catch(() => undefined);
  }
}

function sendError(response: ServerResponse, requestId: string): void {
  response.setHeader("Stripe-Should-Retry", "true");
  sendJson(response, 500, answerOf({ status: 500, body: { error: internalError() } }, requestId).body);
}

// Any page may call: what a browser can do with a publishable key is bound to one client secret.
function setHeaders(request: IncomingMessage, response: ServerResponse, requestId: string): void {
  response.setHeader("Request-Id", requestId);
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Methods", "GET, POST, OPTIONS");
  response.setHeader("Access-Control-Allow-Headers", "authorization, content-type, idempotency-key, stripe-version");
  response.setHeader("Access-Control-Expose-Headers", "Request-Id, Idempotent-Replayed, Stripe-Should-Retry");
  response.setHeader("Access-Control-Max-Age", "300");
  const version = header(request, "stripe-version");
  const key = header(request, "idempotency-key");
  if (version !== undefined) response.setHeader("Stripe-Version", version);
  if (key !== undefined) response.setHeader("Idempotency-Key", key);
}
