import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem } from "node:os";
import { join, relative } from "node:path";
import type { Result } from "./figure.ts";
import type { Options } from "./options.ts";
import { count } from "./words.ts";

const bench = join(import.meta.dirname, "..");
const docs = join(bench, "../docs/benchmarks.md");

/** tableOf writes the results for a terminal, and for a page in Markdown as well. */
export function tableOf(results: readonly Result[]): string {
  const rows = [
    ["figure", "measured", "floor", "ratio", "to reach", ""],
    ...results.map(({ figure, measured, floor, ratio, target, met }) => [
      figure,
      measured,
      floor,
      ratio === undefined ? "" : ratio.toFixed(2),
      target,
      met ? "reached" : "MISSED",
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`);
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** keepReport writes the results to a file of their own, or as the reference that the documentation shows. */
export function keepReport(results: readonly Result[], options: Options): string {
  const at = new Date().toISOString();
  const { seconds, rounds, quick } = options;
  const report = { at, machine: machine(), node: process.version, seconds, rounds, quick, results };
  const file = options.reference
    ? join(bench, "reference.json")
    : join(bench, "results", `${at.replaceAll(/[:.]/g, "-")}.json`);
  mkdirSync(join(bench, "results"), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  if (options.reference) writeFileSync(docs, page(results, at));
  return relative(process.cwd(), file);
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return `${availableParallelism()} cores (${model}), ${count(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}`;
}

function page(results: readonly Result[], at: string): string {
  return `# Benchmarks

Written by \`npm run bench -- --reference\`, on ${at.slice(0, 10)}, on one machine that runs everything: the load, five
services, MariaDB and RabbitMQ. ${machine()}, Node ${process.version}.

The rates say more about the machine than about GitTix. The ratios are what to look at: each figure stands beside a
floor, which is the least that its work can cost in the same language. Both are measured in the same run, with the same
client and the same number of callers, in turn; the ratio is the median of neighbouring turns.

${tableOf(results)}

- *CreateOrder*: the floor runs the SQL statements and commits of one order, recorded from the database's log in the same
  run, in a bare mysql2 loop with as many connections. It leaves out what the relay of the outbox does for a whole batch.
- *refused CreateOrder* and *ListTickets*: the floor is a bare grpc-js server that answers bytes of the same size. The
  pages that are listed are all different ones.
- *SignIn*: bcrypt alone, in a process of its own.
- *GetTicket*: a bare connect-node handler with the answer at hand. The tickets are all different ones.
- *expiry*: the database's time at which the order was expired, less its deadline.
- *watching*: the time at which a watcher behind the edge has the change in hand, less the database's time in the
  transaction that made it.
- *memory*: resident memory, as the system counts it, with the shared pages of the Node program.

Every single number is in [bench/reference.json](../bench/reference.json).
`;
}
