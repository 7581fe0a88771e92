import { OrderStatus } from "@gittix/proto/orders/v1/order";
import { until } from "../../support/until.ts";
import type { Marketplace } from "./marketplace.ts";
import { marker } from "./samples.ts";

/** What must never stand in a log. */
const secrets: Readonly<Record<string, RegExp>> = {
  "what a caller sent": new RegExp(marker),
  "an e-mail address": /[\w.+-]+@[\w-]+\.[a-z]/i,
  "a token": /eyJ[\w-]{8,}/,
  "a bearer credential": /bearer/i,
  "a password": /correct horse|battery/,
  "a password's hash": /\$2[aby]\$/,
  "a payment method": /\bpm_\w/,
  "a client secret": /_secret_/,
  "a key of the payment provider": /\b(sk|pk)_test_|whsec_/,
  "a private key": /"d":/,
};

/** leaks names the lines of a log that say more than they should. */
export function leaks(log: readonly string[]): string[] {
  return log.flatMap((line) =>
    Object.entries(secrets).flatMap(([name, pattern]) => (pattern.test(line) ? [`${name}: ${line.slice(0, 500)}`] : [])),
  );
}

/** faults are the lines that tell of a fault of ours; bad input is the caller's. */
export function faults(log: readonly string[]): string[] {
  return log.filter((line) => /"level":"(error|fatal)"/.test(line));
}

/** sellOneMore makes a whole purchase: the mesh lives and does its work. */
export async function sellOneMore({ user, other }: Marketplace): Promise<void> {
  const ticket = await user.list("One more");
  const order = await other.order(ticket.id);
  await other.pay(order.id);
  await until(async () => (await other.orderNow(order.id)).status, (status) => status === OrderStatus.COMPLETED);
}
