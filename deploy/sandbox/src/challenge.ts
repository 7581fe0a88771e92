import type { IncomingMessage, ServerResponse } from "node:http";

import { capture } from "./attempts.ts";
import type { Database } from "./database.ts";
import { docUrl } from "./errors.ts";
import { idOf } from "./events.ts";
import { decodeForm } from "./form.ts";
import { escapeHtml, readBody, sendHtml, STYLE } from "./http.ts";
import { inWords } from "./money.ts";
import type { Store } from "./store.ts";
import type { PaymentIntent } from "./types.ts";
import type { Work } from "./work.ts";

type Options = { database: Database; store: Store; begin: () => Work; committed: () => void };

/** createChallenge is the bank's page, where a buyer completes or fails the authentication. */
export function createChallenge({ database, store, begin, committed }: Options) {
  return async (request: IncomingMessage, response: ServerResponse, intentId: string): Promise<void> => {
    const form = request.method === "POST" ? decodeForm(await readBody(request)) : undefined;
    if (form !== undefined) {
      database.transaction(() => finish(begin(), intentId, form["outcome"] === "complete"));
      committed();
    }
    const intent = store.find("payment_intent", intentId);
    if (intent === undefined) return sendHtml(response, 404, page("<p>There is no such payment.</p>"));

    const back = wayBack(store, intent);
    if (form !== undefined && back !== undefined) return void response.writeHead(303, { location: back }).end();
    sendHtml(response, 200, page(intent.status === "requires_action" ? question(intent) : done(intent, back)));
  };
}

/** finish ends the authentication; a payment that ended meanwhile stays as it is. */
function finish(work: Work, intentId: string, complete: boolean): void {
  const intent = work.store.find("payment_intent", intentId);
  const method = intent && work.store.find("payment_method", idOf(intent.payment_method));
  if (intent?.status !== "requires_action" || method === undefined) return;
  if (complete) {
    capture(work, intent, method);
    return;
  }
  const code = "payment_intent_authentication_failure";
  const message =
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new " +
    "PaymentMethod to attempt to fulfill this PaymentIntent again.";
  const next: PaymentIntent = {
    ...intent,
    status: "requires_payment_method",
    payment_method: null,
    next_action: null,
    last_payment_error: {
      type: "invalid_request_error",
      code,
      doc_url: docUrl(code),
      message,
      payment_method: method,
    },
  };
  work.store.save<"payment_intent">(next);
  work.record("payment_intent.payment_failed", next);
}

/** wayBack is the return_url with what Stripe appends; it outlives next_action, so it is read from the events. */
function wayBack(store: Store, intent: PaymentIntent): string | undefined {
  const asked = store.list("event", {
    limit: 1,
    intent: intent.id,
    types: ["payment_intent.requires_action"],
  }).data[0];
  const then = asked?.data.object;
  const returnUrl = then?.object === "payment_intent" ? then.next_action?.redirect_to_url?.return_url : undefined;
  if (returnUrl === undefined || returnUrl === null) return undefined;
  const url = new URL(returnUrl);
  url.searchParams.set("payment_intent", intent.id);
  url.searchParams.set("payment_intent_client_secret", intent.client_secret ?? "");
  url.searchParams.set("redirect_status", redirectStatus(intent));
  return url.href;
}

function redirectStatus({ status }: PaymentIntent): string {
  if (status === "succeeded") return "succeeded";
  return status === "processing" ? "pending" : "failed";
}

function question(intent: PaymentIntent): string {
  return `
    <h1>3D Secure 2 test page</h1>
    <p>Your bank asks whether it is you who pays <strong>${escapeHtml(inWords(intent.amount, intent.currency))}</strong>.</p>
    <form method="post">
      <button name="outcome" value="complete" id="test-source-authorize-3ds">Complete authentication</button>
      <button name="outcome" value="fail" id="test-source-fail-3ds">Fail authentication</button>
    </form>`;
}

function done(intent: PaymentIntent, back: string | undefined): string {
  const link = back === undefined ? "You can close this page." : `<a href="${escapeHtml(back)}">Back to the shop</a>`;
  return `<h1>Nothing to authenticate</h1><p>This payment is <strong>${escapeHtml(intent.status)}</strong>. ${link}</p>`;
}

function page(content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>3D Secure test page</title><style>${STYLE}</style><main>${content}</main></html>`;
}
