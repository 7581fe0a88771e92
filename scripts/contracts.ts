// Checks the contracts: style and comments, layout, that the generated code is what the .proto
// files say, and that nothing a reader relies on has changed since the main branch.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const root = dirname(import.meta.dirname);
const buf = join(root, "node_modules", "@bufbuild", "buf", "bin", "buf");
const scratch = mkdtempSync(join(tmpdir(), "gittix-contracts-"));

try {
  const passed = [
    check("lint", () => runBuf("lint")),
    check("format", () => runBuf("format", "--diff", "--exit-code", "--path", "proto/gittix")),
    check("generated code is current", generatedIsCurrent),
    check("no breaking change", nothingBreaks),
  ];
  if (passed.includes(false)) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** A check answers with a sentence when it was left out, and with false when it failed. */
function check(name: string, run: () => boolean | string): boolean {
  const result = run();
  console.log(`contracts: ${name}: ${typeof result === "string" ? `skipped, ${result}` : result ? "ok" : "FAILED"}`);
  return result !== false;
}

function generatedIsCurrent(): boolean {
  if (!runBuf("generate", "--output", scratch)) return false;
  const [wanted, present] = [join(scratch, "proto", "gen"), join(root, "proto", "gen")];
  const files = new Set([...filesIn(wanted), ...filesIn(present)]);
  const stale = [...files].filter((file) => textOf(join(wanted, file)) !== textOf(join(present, file)));
  for (const file of stale) console.error(`proto/gen/${file} is not what \`npm run generate\` writes`);
  return stale.length === 0;
}

/** Compares with a released state of the contracts: the main branch, or the one that the environment names. */
function nothingBreaks(): boolean | string {
  const candidates = process.env["GITTIX_BREAKING_AGAINST"]?.split(" ") ?? ["origin/main", "main"];
  const ref = candidates.find((name) => git("rev-parse", "--verify", "--quiet", `${name}^{commit}`).status === 0);
  if (ref === undefined) return `no git history with ${candidates.join(" or ")} here`;
  const known = git("ls-tree", "--name-only", ref, "buf.yaml", "proto").stdout.trim().split("\n");
  if (known.length < 2) return `${ref} has no contracts yet`;

  // From an archive and not from buf's own git reader, which cannot read worktrees and shallow clones.
  const [archive, against] = [join(scratch, "against.tar"), join(scratch, "against")];
  mkdirSync(against);
  const unpacked =
    git("archive", "--format=tar", "-o", archive, ref, "buf.yaml", "proto").status === 0 &&
    spawnSync("tar", ["-xf", archive, "-C", against], { stdio: "inherit" }).status === 0;
  return unpacked && runBuf("breaking", "--against", against);
}

function runBuf(...args: string[]): boolean {
  // buf finds its plugin on PATH.
  const PATH = [join(root, "node_modules", ".bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH };
  return spawnSync(process.execPath, [buf, ...args], { cwd: root, env, stdio: "inherit" }).status === 0;
}

function git(...args: string[]): { status: number | null; stdout: string } {
  // A checkout that belongs to another user, as in many a CI container, is still ours to read.
  return spawnSync("git", ["-c", "safe.directory=*", ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

function filesIn(folder: string): string[] {
  return globSync("**/*.ts", { cwd: folder });
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
