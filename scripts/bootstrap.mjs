// Makes a fresh clone ready to run, and costs nothing once it is. It must run on any Node from 18
// with nothing installed, so it is plain JavaScript that imports Node's own modules only.
//
//   node scripts/bootstrap.mjs          install what package-lock.json asks for, and Node 24 where needed
//   node scripts/bootstrap.mjs --web    and build the web client when its sources changed
//
// It runs as npm's `pretest` and `prestart`, not before `&&`: one shell remembers where it found
// `node` and would miss the one that was just installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MAJOR = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const windows = process.platform === "win32";
const localNode = join(modules, "node", "bin", windows ? "node.exe" : "node");

install();
if (process.argv.includes("--web")) buildWeb();

function install() {
  const stampFile = join(modules, ".bootstrap");
  const stamp = hashOf([join(root, "package-lock.json")], `${process.platform} ${process.arch}`);
  const nodeIsThere = major(process.version) >= NODE_MAJOR || existsSync(localNode);
  if (nodeIsThere && readIfThere(stampFile) === stamp) return;

  // The stamp goes first and comes back last: an install that is killed half-way is done again.
  rmSync(stampFile, { force: true });
  const node = machineNode();
  const npm = npmCommand(node.path);
  say("installing dependencies (npm ci)");
  // Level "error": npm runs on the machine's own Node here, and would warn of every package that wants a newer one.
  run(npm, ["ci", "--loglevel=error", "--no-audit", "--no-fund"]);
  if (node.major < NODE_MAJOR) {
    say(`adding Node ${NODE_MAJOR} inside node_modules (this machine has Node ${node.major})`);
    run(npm, ["install", "--no-save", "--loglevel=error", "--no-audit", "--no-fund", `node@${NODE_MAJOR}`]);
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stampFile, stamp);
}

function buildWeb() {
  const web = join(root, "web");
  const sources = [...filesIn(web), ...filesIn(join(root, "proto", "gen")), join(root, "package-lock.json")];
  const stampFile = join(web, "dist", ".bootstrap");
  const stamp = hashOf(sources, "");
  if (readIfThere(stampFile) === stamp) return;

  say("building the web client");
  rmSync(stampFile, { force: true });
  const node = existsSync(localNode) ? localNode : process.execPath;
  run([node, join(modules, "vite", "bin", "vite.js")], ["build", "--logLevel", "warn"], web);
  writeFileSync(stampFile, stamp);
}

/** Runs a command quietly; when it fails, shows all it said and ends with its exit code. */
function run([command, ...first], args, cwd = root) {
  const shell = windows && command.endsWith(".cmd");
  const { status, error, stdout, stderr } = spawnSync(command, [...first, ...args], {
    cwd,
    shell,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status === 0) return;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}`);
  say(`failed: ${error?.message ?? [command, ...first, ...args].join(" ")}`);
  process.exit(status || 1);
}

/** The machine's own Node: never the one inside node_modules, since npm ci deletes that one first. */
function machineNode() {
  const name = windows ? "node.exe" : "node";
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  const candidates = [process.env.npm_node_execpath, process.execPath, ...onPath];
  const path = candidates.find((file) => file !== undefined && !file.startsWith(modules + sep) && existsSync(file));
  const found = path ?? process.execPath;
  return { path: found, major: major(spawnSync(found, ["--version"], { encoding: "utf8" }).stdout ?? "") };
}

function npmCommand(node) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith("npm-cli.js")) return [node, cli];
  return [windows ? "npm.cmd" : "npm"];
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name === "dist") return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function hashOf(files, seed) {
  const hash = createHash("sha256").update(seed);
  for (const file of files.sort()) {
    hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function major(version) {
  return Number(/^v?(\d+)/.exec(version.trim())?.[1] ?? 0);
}

function say(sentence) {
  console.error(`bootstrap: ${sentence}`);
}
