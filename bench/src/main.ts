import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Result } from "./figure.ts";
import { createOrder } from "./figures/create-order.ts";
import { getTicketConnect } from "./figures/get-ticket-connect.ts";
import { listTickets } from "./figures/list-tickets.ts";
import { refusedOrder } from "./figures/refused-order.ts";
import { signIn } from "./figures/sign-in.ts";
import { readOptions, usageOf, UsageError, type Options } from "./options.ts";
import { keepReport, tableOf } from "./report.ts";
import { openStage } from "./stage.ts";

const figures = [createOrder, refusedOrder, listTickets, signIn, getTicketConnect];
const names = figures.map((figure) => figure.name);

try {
  const options = readOptions(process.argv.slice(2), names);
  if (options) await run(options);
  else console.log(usageOf(names));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}

async function run(options: Options): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-bench-"));
  const results: Result[] = [];
  const settings =
    options.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${resolve(options.profile)}` };
  const stage = await openStage({ ...options, folder, settings, note });
  try {
    for (const figure of figures.filter(({ name }) => !options.only || options.only.includes(name))) {
      note(`measuring ${figure.name} …`);
      results.push(...(await figure.measure(stage.bench)));
    }
  } finally {
    await stage.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(tableOf(results));
  console.log(`\nkept in ${keepReport(results, options)}`);
}

function note(line: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)}  ${line}`);
}
