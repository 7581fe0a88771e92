// Runs everything that guards this repository, shows what each step did, and ends with one plain
// line of totals. `npm test` runs it all; `node scripts/test.ts lint unit` only the named steps.
import { globSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { findChromium } from "./chromium.ts";
import { leftOutWithout, startTestServers, type TestServers } from "./test-servers.ts";
import { runCommand, runJest, root, type Outcome } from "./test-steps.ts";

interface Step {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<Outcome>;
}

const bin = (name: string, ...path: string[]) => join(root, "node_modules", name, ...path);
const tsc = bin("typescript", "bin", "tsc");

/** In the order of their cost, so that a slip shows early. */
const STEPS: readonly Step[] = [
  {
    name: "lint",
    title: "Lint",
    run: () =>
      runCommand(
        [bin("oxlint", "bin", "oxlint")],
        [bin("prettier", "bin", "prettier.cjs"), "--check", "--log-level", "warn", "."],
        ["scripts/check-imports.ts"],
      ),
  },
  {
    name: "types",
    title: "Types",
    run: () => runCommand([tsc, "-p", "tsconfig.json"], [tsc, "-p", "web/tsconfig.json"]),
  },
  { name: "contracts", title: "Contracts", run: () => runCommand(["scripts/contracts.ts"]) },
  {
    name: "unit",
    title: "Unit, contract and component tests",
    run: () => runJest(["proto", "services", "deploy", "web"]),
  },
  {
    name: "system",
    title: "System tests",
    run: () => runJest(["tests"], { args: ["--testPathIgnorePatterns=/tests/(browser|real)/"] }),
  },
  {
    name: "real",
    title: "On MariaDB and RabbitMQ: the lessons again, and a process for each service",
    run: runOnServers,
  },
  { name: "web", title: "Build of the web client", run: () => runCommand(["scripts/bootstrap.mjs", "--web"]) },
  { name: "browser", title: "Browser tests", run: runBrowserTests },
];

const chosen = process.argv.slice(2);
const unknown = chosen.find((name) => !STEPS.some((step) => step.name === name));
if (unknown !== undefined) {
  console.error(`No step is called '${unknown}'. There are: ${STEPS.map((step) => step.name).join(", ")}.`);
  process.exit(2);
}

/** The steps that use a database server or a broker, started once for all of them. */
const NEEDS_SERVERS = ["unit", "system", "real"];
let servers: TestServers | undefined;

const rows: { step: Step; outcome: Outcome; seconds: number }[] = [];
for (const step of STEPS.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
  console.log(styleText("bold", `\n=== ${step.title} (${step.name})`));
  const startedAt = performance.now();
  if (NEEDS_SERVERS.includes(step.name)) servers ??= await openServers();
  const outcome = await step.run();
  rows.push({ step, outcome, seconds: (performance.now() - startedAt) / 1000 });
}
await servers?.stop();
report();

async function openServers(): Promise<TestServers> {
  const opened = await startTestServers();
  if (opened.missing.length > 0) console.log(leftOutWithout(opened.missing));
  return opened;
}

/** The lessons with MariaDB in the place of SQLite and RabbitMQ in the place of our own bus, and what only makes sense there. */
async function runOnServers(): Promise<Outcome> {
  const missing = servers?.missing ?? [];
  if (missing.length === 0) return runJest(["tests/lessons", "tests/real"], { env: { GITTIX_TEST_WORLD: "servers" } });
  const note = `NOT RUN: no ${missing.join(" and no ")}`;
  if (inCi()) return { passed: 0, failed: 1, skipped: 0, note: `${note}, which CI must have` };
  return { passed: 0, failed: 0, skipped: 1, note };
}

async function runBrowserTests(): Promise<Outcome> {
  const chromium = findChromium();
  if (chromium !== undefined) {
    process.env["GITTIX_CHROMIUM"] = chromium;
    return runJest(["tests/browser"], { args: ["--maxWorkers=1"] });
  }
  const suites = globSync("tests/browser/**/*.test.{ts,tsx}", { cwd: root });
  console.log(`
  !!!  NO CHROMIUM WAS FOUND ON THIS COMPUTER. THESE SUITES DID NOT RUN:
${suites.map((suite) => `  !!!    ${suite}`).join("\n")}
  !!!  Install Chromium or Chrome, or name its path in the environment variable CHROMIUM.`);
  if (inCi()) return { passed: 0, failed: suites.length, skipped: 0, note: "no Chromium, which CI must have" };
  return { passed: 0, failed: 0, skipped: suites.length, note: "NOT RUN: no Chromium found" };
}

function inCi(): boolean {
  return process.env["CI"] !== undefined && process.env["CI"] !== "false";
}

function report(): void {
  const total = { passed: 0, failed: 0, skipped: 0 };
  console.log(styleText("bold", "\n=== Summary"));
  for (const { step, outcome, seconds } of rows) {
    const verdict = verdictOf(outcome);
    const counts = `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
    console.log(`${step.name.padEnd(10)} ${verdict} ${seconds.toFixed(1).padStart(6)} s  ${outcome.note ?? counts}`);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped += outcome.skipped;
  }
  if (total.failed > 0) process.exitCode = 1;
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
}

function verdictOf({ passed, failed }: Outcome): string {
  if (failed > 0) return styleText("red", "failed ");
  return passed > 0 ? styleText("green", "passed ") : "skipped";
}
