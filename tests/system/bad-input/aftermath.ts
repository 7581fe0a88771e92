import { expect } from "@jest/globals";
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

/**
 * expectUnharmed holds after whatever was sent: the mesh goes on, nobody was blamed but the caller, and the log
 * tells no secrets.
 */
export async function expectUnharmed({ log, ...marketplace }: Marketplace): Promise<void> {
  await sellOneMore(marketplace);
  const written = log.splice(0);
  expect(leaks(written)).toEqual([]);
  expect(faults(written)).toEqual([]);
}

/** Names the lines of a log that say more than they should. */
function leaks(log: readonly string[]): string[] {
  return log.flatMap((line) =>
    Object.entries(secrets).flatMap(([name, pattern]) =>
      pattern.test(line) ? [`${name}: ${line.slice(0, 500)}`] : [],
    ),
  );
}

/** The lines that tell of a fault of ours; bad input is the caller's. */
function faults(log: readonly string[]): string[] {
  return log.filter((line) => /"level":"(error|fatal)"/.test(line));
}

/** A whole purchase: the mesh lives and does its work. */
async function sellOneMore({ user, other }: Pick<Marketplace, "user" | "other">): Promise<void> {
  const ticket = await user.list("One more");
  const order = await other.order(ticket.id);
  await other.pay(order.id);
  await until(
    async () => (await other.orderNow(order.id)).status,
    (status) => status === OrderStatus.COMPLETED,
  );
}
