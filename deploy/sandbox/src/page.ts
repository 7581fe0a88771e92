import type { Database } from "./database.ts";
import type { Faults } from "./faults.ts";
import { escapeHtml, STYLE } from "./http.ts";
import { inWords } from "./money.ts";
import { idOf } from "./events.ts";
import { readState, readTotals } from "./state.ts";
import type { Store } from "./store.ts";

const ROWS_MAX = 100;

/** renderPage shows a person what the sandbox holds; it only reads. */
export function renderPage(database: Database, store: Store, faults: Faults): string {
  const state = readState(database, store, ROWS_MAX);
  const totals = readTotals(database);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Stripe sandbox</title><style>${STYLE}</style>
    <main>
      <h1>Stripe sandbox</h1>
      <p>A local stand-in for Stripe. No money moves. The newest ${ROWS_MAX} of each; all of it as
        <a href="/_sandbox/state">JSON</a>.</p>
      ${table(
        "Totals",
        ["currency", "captured", "refunded", "net"],
        Object.entries(totals.money).map(([code, sum]) => [
          code,
          inWords(sum.captured, code),
          inWords(sum.refunded, code),
          inWords(sum.net, code),
        ]),
      )}
      ${table(
        "Payment intents",
        ["opened", "id", "amount", "status", "last error", "metadata"],
        state.payment_intents.map((intent) => [
          time(intent.created),
          intent.id,
          inWords(intent.amount, intent.currency),
          intent.status,
          intent.last_payment_error?.decline_code ?? intent.last_payment_error?.code ?? "",
          JSON.stringify(intent.metadata),
        ]),
      )}
      ${table(
        "Refunds",
        ["made", "id", "payment intent", "amount", "status"],
        state.refunds.map((refund) => [
          time(refund.created),
          refund.id,
          idOf(refund.payment_intent),
          inWords(refund.amount, refund.currency),
          refund.status ?? "",
        ]),
      )}
      ${table(
        "Webhook deliveries",
        ["event", "type", "state", "attempts", "last answer"],
        state.deliveries.map((delivery) => [
          delivery.event,
          delivery.type,
          delivery.state,
          String(delivery.attempts),
          delivery.result,
        ]),
      )}
      ${table(
        "Faults",
        ["kind", "on", "probability", "struck", "at most"],
        faults
          .list()
          .map((fault) => [
            fault.kind,
            fault.on ?? "everything",
            String(fault.probability ?? 1),
            String(fault.struck),
            String(fault.count ?? "no bound"),
          ]),
      )}
    </main></html>`;
}

function table(title: string, columns: string[], rows: string[][]): string {
  if (rows.length === 0) return `<h2>${title}</h2><p>None.</p>`;
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("");
  return `<h2>${title}</h2><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function time(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
