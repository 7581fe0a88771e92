import type { Sandbox } from "@gittix/sandbox/options";

/** moneyByOrder adds up what the sandbox has captured and not given back, by order id. */
export function moneyByOrder(sandbox: Pick<Sandbox, "state">): ReadonlyMap<string, number> {
  const { payment_intents: intents, charges } = sandbox.state();
  const orderOf = new Map(intents.map((intent) => [intent.id, intent.metadata["order_id"] ?? ""]));
  const sums = new Map<string, number>();
  for (const charge of charges) {
    const order = orderOf.get(String(charge.payment_intent)) ?? "";
    sums.set(order, (sums.get(order) ?? 0) + charge.amount_captured - charge.amount_refunded);
  }
  return sums;
}

/** capturesOf counts how often money was taken for an order. */
export function capturesOf(sandbox: Pick<Sandbox, "state">, orderId: string): number {
  const { payment_intents: intents } = sandbox.state();
  return intents.filter((intent) => intent.metadata["order_id"] === orderId && intent.amount_received > 0).length;
}
