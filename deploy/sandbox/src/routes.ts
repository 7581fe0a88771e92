import { missing, notFound } from "./errors.ts";
import { expand } from "./expand.ts";
import type { Form } from "./form.ts";
import { readCancel, readConfirm, readCreate, readRetrieve } from "./intent-params.ts";
import { cancelIntent, confirmIntent, createIntent } from "./intents.ts";
import type { Caller } from "./keys.ts";
import { browserView, checkClientSecret, merchantOnly } from "./keys.ts";
import { listObjects } from "./lists.ts";
import { createRefund, readRefund } from "./refunds.ts";
import type { Objects, PaymentIntent, Reply } from "./types.ts";
import type { Work } from "./work.ts";

export type Call = { caller: Caller; id: string; form: Form; path: string };
type Handler = (work: Work, call: Call) => Reply;

/** Every call that the sandbox speaks. `:id` is the one part of a path that varies. */
const ROUTES: Record<string, Handler> = {
  "POST /v1/payment_intents": (work, { caller, form }) => {
    merchantOnly(caller);
    const params = readCreate(form, work.amounts);
    return expanded(work, createIntent(work, params), params.expand);
  },
  "GET /v1/payment_intents": list("payment_intent"),
  "GET /v1/payment_intents/:id": (work, { caller, id, form }) => {
    const params = readRetrieve(form);
    const intent = intentFor(work, caller, id, params.client_secret);
    return view(caller, expanded(work, { status: 200, body: intent }, params.expand));
  },
  "POST /v1/payment_intents/:id/confirm": (work, { caller, id, form }) => {
    const params = readConfirm(form);
    const intent = intentFor(work, caller, id, params.client_secret);
    return view(caller, expanded(work, confirmIntent(work, intent, params), params.expand));
  },
  "POST /v1/payment_intents/:id/cancel": (work, { caller, id, form }) => {
    merchantOnly(caller);
    const params = readCancel(form);
    return expanded(work, cancelIntent(work, intentFor(work, caller, id), params.cancellation_reason), params.expand);
  },
  "POST /v1/refunds": (work, { caller, form }) => {
    merchantOnly(caller);
    const params = readRefund(form);
    return expanded(work, createRefund(work, params), params.expand);
  },
  "GET /v1/refunds": list("refund"),
  "GET /v1/refunds/:id": retrieve("refund"),
  "GET /v1/charges": list("charge"),
  "GET /v1/charges/:id": retrieve("charge"),
  "GET /v1/events": list("event"),
  "GET /v1/events/:id": retrieve("event"),
};

/** routeFor finds who answers a call. */
export function routeFor(method: string, path: string): { handler: Handler; id: string } {
  const [, version, resource, id, action, ...more] = path.split("/");
  const pattern = [
    version,
    resource,
    ...(id === undefined ? [] : [":id"]),
    ...(action === undefined ? [] : [action]),
    ...more,
  ];
  const name = `${method} /${pattern.join("/")}`;
  const handler = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (handler === undefined || id === "") throw notFound(method, path);
  return { handler, id: decodeId(id ?? "") };
}

function retrieve(kind: "charge" | "refund" | "event"): Handler {
  return (work, { caller, id, form }) => {
    merchantOnly(caller);
    const params = readRetrieve(form);
    const found: Objects[typeof kind] | undefined = work.store.find(kind, id);
    if (found === undefined) throw missing(kind, id, "id");
    return expanded(work, { status: 200, body: found }, params.expand);
  };
}

function list(kind: "payment_intent" | "charge" | "refund" | "event"): Handler {
  return (work, { caller, form, path }) => {
    merchantOnly(caller);
    const found = listObjects(work.store, kind, path, form);
    return expanded(work, { status: 200, body: found.body }, found.expand);
  };
}

function intentFor(work: Work, caller: Caller, id: string, clientSecret?: string): PaymentIntent {
  const intent = work.store.find("payment_intent", id);
  if (intent === undefined) throw missing("payment_intent", id, "intent");
  checkClientSecret(caller, intent, clientSecret);
  return intent;
}

function expanded(work: Work, reply: Reply, paths: string[] | undefined): Reply {
  if (reply.status !== 200) return reply;
  return { status: 200, body: expand(work.store, reply.body, paths) };
}

/** view shows a browser the limited intent, also inside of an error. */
function view(caller: Caller, { status, body }: Reply): Reply {
  return { status, body: caller === "browser" ? viewOf(body) : body };
}

export function viewOf(body: object): object {
  if (isIntent(body)) return browserView(body);
  if (!("error" in body) || typeof body.error !== "object" || body.error === null) return body;
  if (!("payment_intent" in body.error) || !isIntent(body.error.payment_intent)) return body;
  return { error: { ...body.error, payment_intent: browserView(body.error.payment_intent) } };
}

function isIntent(value: unknown): value is PaymentIntent {
  return typeof value === "object" && value !== null && "object" in value && value.object === "payment_intent";
}

function decodeId(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
