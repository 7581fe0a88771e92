import type { IncomingMessage, ServerResponse } from "node:http";

import type { Database } from "./database.ts";
import { ApiError, invalid, notFound } from "./errors.ts";
import { readFaults } from "./faults.ts";
import type { Faults } from "./faults.ts";
import { header, readBody, sendJson } from "./http.ts";
import type { Jobs } from "./jobs.ts";
import { readState, readTotals } from "./state.ts";
import type { Store } from "./store.ts";
import type { Webhook, Webhooks } from "./webhooks.ts";

type Options = { database: Database; store: Store; faults: Faults; jobs: Jobs; webhooks: Webhooks };

const STATE_LIMIT = 100_000;

/** createControl answers /_sandbox: what Stripe does not have, and a test or an operator wants. */
export function createControl({ database, store, faults, jobs, webhooks }: Options) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    try {
      const method = request.method ?? "GET";
      const given: unknown = method === "GET" ? undefined : await readJson(request);
      const result = answer(method, url.pathname, given, url.searchParams);
      sendJson(response, 200, JSON.stringify(result, null, 2));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      sendJson(response, cause.status, JSON.stringify({ error: cause.error }));
    }
  };

  function answer(method: string, path: string, given: unknown, query: URLSearchParams): object {
    switch (`${method} ${path}`) {
      case "GET /_sandbox/state":
        return readState(database, store, Math.min(Number(query.get("limit")) || 1000, STATE_LIMIT));
      case "GET /_sandbox/totals":
        return readTotals(database);
      case "PUT /_sandbox/faults":
        faults.clear();
        return addFaults(given);
      case "POST /_sandbox/faults":
        return addFaults(given);
      case "DELETE /_sandbox/faults":
        faults.clear();
        return { faults: [] };
      case "GET /_sandbox/faults":
        return { faults: faults.list() };
      case "POST /_sandbox/settle":
        jobs.settle();
        return readTotals(database);
      case "PUT /_sandbox/webhook":
        webhooks.aim(readWebhook(given));
        return { url: webhooks.current()?.url ?? null };
      default:
        throw notFound(method, path);
    }
  }

  /** addFaults takes one fault, a list of them, or `{ faults, seed }`. */
  function addFaults(given: unknown): object {
    const whole = typeof given === "object" && given !== null && "faults" in given ? given : { faults: given };
    faults.add(...readFaults(whole.faults));
    if ("seed" in whole && typeof whole.seed === "number") faults.seed(whole.seed);
    return { faults: faults.list() };
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  // A foreign page in the developer's browser can post a form here, but not JSON without asking first.
  if (!header(request, "content-type")?.startsWith("application/json")) {
    throw invalid("The sandbox is controlled with content-type: application/json.");
  }
  const body = await readBody(request);
  try {
    return body === "" ? undefined : JSON.parse(body);
  } catch {
    throw invalid("The body is not JSON.");
  }
}

function readWebhook(given: unknown): Webhook | undefined {
  if (given === null || given === undefined) return undefined;
  if (typeof given === "object" && "url" in given && "secret" in given) {
    const { url, secret } = given;
    if (typeof url === "string" && URL.canParse(url) && typeof secret === "string" && secret !== "")
      return { url, secret };
  }
  throw invalid("A webhook is an object with a url and a secret, or null.");
}
