import { invalid } from "./errors.ts";
import type { Store } from "./store.ts";
import type { Objects } from "./types.ts";

const DEPTH_MAX = 4;

// Which fields hold the id of what. Stripe refuses to expand anything else.
const REFERENCES: Record<string, Record<string, keyof Objects>> = {
  payment_intent: { latest_charge: "charge", payment_method: "payment_method" },
  charge: { payment_intent: "payment_intent" },
  refund: { charge: "charge", payment_intent: "payment_intent", payment_method: "payment_method" },
};

/** expand replaces ids by the objects they name, along paths such as `data.latest_charge.refunds`. */
export function expand(store: Store, body: object, paths: string[] = []): object {
  return paths.reduce((expanded, path) => along(store, expanded, path.split("."), path), body);
}

function along(store: Store, body: object, steps: string[], path: string): object {
  const [field, ...rest] = steps;
  if (field === undefined) return body;
  if (steps.length > DEPTH_MAX)
    throw invalid("You cannot expand more than 4 levels of a property.", { param: "expand" });
  const value = Object.entries(body).find(([name]) => name === field)?.[1];
  const kind = "object" in body ? String(body.object) : "";

  if (kind === "list" && field === "data" && Array.isArray(value)) {
    return { ...body, data: value.map((item: object) => along(store, item, rest, path)) };
  }
  if (kind === "charge" && field === "refunds" && "id" in body) {
    const { data, hasMore } = store.list("refund", { limit: 10, charge: String(body.id) });
    const list = { object: "list", data, has_more: hasMore, url: `/v1/charges/${String(body.id)}/refunds` };
    return { ...body, refunds: along(store, list, rest, path) };
  }
  const target = REFERENCES[kind]?.[field];
  if (target === undefined) {
    throw invalid(
      `This property cannot be expanded (${field}). You may want to try expanding another one than '${path}'.`,
      { param: "expand" },
    );
  }
  const found = typeof value === "string" ? store.find(target, value) : value;
  return { ...body, [field]: found === null || found === undefined ? null : along(store, found, rest, path) };
}
