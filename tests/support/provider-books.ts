import type { Sandbox } from "@gittix/sandbox/options";
import { readRows } from "./databases.ts";

/** moneyByOrder adds up what the sandbox has captured and not given back, by order id. */
export function moneyByOrder(sandbox: Pick<Sandbox, "state">): ReadonlyMap<string, number> {
  const { payment_intents: intents, charges } = sandbox.state();
  const orderOf = new Map(intents.map((intent) => [intent.id, intent.metadata["order_id"] ?? ""]));
  const sums = new Map<string, number>();
  for (const charge of charges) {
    const intent =
      typeof charge.payment_intent === "string" ? charge.payment_intent : (charge.payment_intent?.id ?? "");
    const order = orderOf.get(intent) ?? "";
    sums.set(order, (sums.get(order) ?? 0) + charge.amount_captured - charge.amount_refunded);
  }
  return sums;
}

/** capturesOf counts how often money was taken for an order. */
export function capturesOf(sandbox: Pick<Sandbox, "state">, orderId: string): number {
  const { payment_intents: intents } = sandbox.state();
  return intents.filter((intent) => intent.metadata["order_id"] === orderId && intent.amount_received > 0).length;
}

/** moneyInFile adds up the same from the sandbox's database, without asking the sandbox. */
export function moneyInFile(file: string): ReadonlyMap<string, number> {
  const rows = readRows(
    file,
    `SELECT json_extract(intent.body, '$.metadata.order_id') AS order_id,
            SUM(json_extract(charge.body, '$.amount_captured') - json_extract(charge.body, '$.amount_refunded')) AS held
     FROM objects AS charge JOIN objects AS intent ON intent.id = charge.intent AND intent.object = 'payment_intent'
     WHERE charge.object = 'charge' GROUP BY order_id`,
  );
  return new Map(rows.map((row) => [String(row["order_id"]), Number(row["held"])]));
}
