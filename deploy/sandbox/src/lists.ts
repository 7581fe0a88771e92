import { missing } from "./errors.ts";
import type { Form } from "./form.ts";
import { hash, integer, readParams, text, texts } from "./params.ts";
import type { Reader } from "./params.ts";
import type { Page, Store } from "./store.ts";
import type { Objects } from "./types.ts";

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;
const second = integer(0, Number.MAX_SAFE_INTEGER);

type Range = { from?: number; to?: number };

/** created is one second, or a range of them; Stripe counts time in whole seconds. */
const created: Reader<Range> = (value, param) => {
  if (typeof value === "string") {
    const exact = second(value, param);
    return { from: exact, to: exact };
  }
  const range = hash({ gt: second, gte: second, lt: second, lte: second })(value, param);
  const from = range.gte ?? (range.gt === undefined ? undefined : range.gt + 1);
  const to = range.lte ?? (range.lt === undefined ? undefined : range.lt - 1);
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};

const paging = {
  created,
  ending_before: text,
  expand: texts,
  limit: integer(1, LIMIT_MAX),
  starting_after: text,
};
const filters = {
  payment_intent: { customer: text, customer_account: text },
  charge: { customer: text, payment_intent: text, transfer_group: text },
  refund: { charge: text, payment_intent: text },
  event: { type: text, types: texts },
};

/** listObjects answers one page, newest first, in Stripe's list shape. */
export function listObjects(store: Store, kind: keyof typeof filters, url: string, form: Form) {
  const { expand, ...params } = readParams(form, { ...paging, ...filters[kind] });
  for (const [param, id] of [
    ["starting_after", params.starting_after],
    ["ending_before", params.ending_before],
  ] as const) {
    if (id !== undefined && store.find(kind, id) === undefined) throw missing(kind, id, param, 400);
  }
  const values: Record<string, unknown> = params;
  const page: Page = {
    limit: params.limit ?? LIMIT_DEFAULT,
    startingAfter: params.starting_after,
    endingBefore: params.ending_before,
    createdFrom: params.created?.from,
    createdTo: params.created?.to,
    intent: textOf(values["payment_intent"]),
    charge: textOf(values["charge"]),
    types: typesOf(values),
  };
  const { data, hasMore }: { data: Objects[typeof kind][]; hasMore: boolean } = store.list(kind, page);
  return { expand, body: { object: "list", data, has_more: hasMore, url } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

// `payment_intent.*` is Stripe's way to ask for all types of one kind; it is rarely used and not spoken.
function typesOf({ type, types }: Record<string, unknown>): string[] | undefined {
  if (typeof type === "string") return [type];
  return Array.isArray(types) ? types.map(String) : undefined;
}
