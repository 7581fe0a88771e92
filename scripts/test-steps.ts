import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const root = dirname(import.meta.dirname);

/** Outcome counts tests; a step that is no test suite counts as one. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** note replaces the counts in the summary. */
  readonly note?: string;
}

/** What of jest's report is read here. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

// Once the report is written every test is over; a process that lives on holds a handle that a test left open.
const exitAfterReportMs = 15_000;
const jestRunMaxMs = 30 * 60_000;

/** runCommand runs Node on each command in turn, and goes on after a failure so that one run shows all of them. */
export async function runCommand(...commands: readonly (readonly string[])[]): Promise<Outcome> {
  let failed = 0;
  for (const command of commands) {
    const child = spawn(process.execPath, command, { cwd: root, stdio: "inherit" });
    if ((await exitOf(child)) !== 0) failed = 1;
  }
  return { passed: 1 - failed, failed, skipped: 0, ...(failed === 0 ? { note: "ok" } : { note: "see above" }) };
}

/** runJest runs the tests under the given folders; a run that leaks a handle or finds no test has failed. */
export async function runJest(
  folders: readonly string[],
  { args = [], env = {} }: { readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), "gittix-test-"));
  const file = join(scratch, "report.json");
  try {
    const jest = [
      "--experimental-vm-modules",
      "--disable-warning=ExperimentalWarning",
      "node_modules/jest/bin/jest.js",
    ];
    const roots = folders.flatMap((folder) => ["--roots", join(root, folder)]);
    const child = spawn(process.execPath, [...jest, ...roots, ...args, "--json", "--outputFile", file], {
      cwd: root,
      env: { ...process.env, ...env, ...(process.stderr.isTTY ? { FORCE_COLOR: "1" } : {}) },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let leaked = false;
    child.stderr.on("data", (chunk: Buffer) => {
      process.stderr.write(chunk);
      leaked ||= chunk.includes("failed to exit gracefully");
    });
    let waitedMs = 0;
    const watch = setInterval(() => {
      waitedMs += existsSync(file) ? 1000 : 0;
      if (waitedMs >= exitAfterReportMs) leaked = child.kill("SIGKILL");
    }, 1000);
    const bound = setTimeout(() => child.kill("SIGKILL"), jestRunMaxMs);
    const code = await exitOf(child);
    clearInterval(watch);
    clearTimeout(bound);
    return outcomeOf(file, code, leaked);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function outcomeOf(file: string, code: number | null, leaked: boolean): Outcome {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, note: "jest ended without a report" };
  const report = JSON.parse(readFileSync(file, "utf8")) as JestReport;
  const outcome = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
  if (leaked)
    return { ...outcome, failed: outcome.failed + 1, note: "tests left handles open, and jest could not end" };
  if (code !== 0 && outcome.failed === 0) return { ...outcome, failed: 1, note: "jest failed; see above" };
  return outcome;
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
}
