// The walls between the parts of this repository (docs/architecture): who may import whom. Also
// refuses a package that the importing part does not declare, since each part can be installed alone.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, posix, resolve, sep } from "node:path";

const root = dirname(import.meta.dirname);
const SERVICES = ["auth", "tickets", "orders", "expiration", "payments"].map((name) => `services/${name}`);

/** What each part may import besides itself. A part that is not listed here is refused. */
const WALLS: Record<string, readonly string[]> = {
  proto: [],
  "services/common": ["proto"],
  ...Object.fromEntries(SERVICES.map((service) => [service, ["proto", "services/common"]])),
  "deploy/sandbox": ["services/common"],
  "deploy/local": ["proto", "services/common", ...SERVICES, "deploy/sandbox"],
  web: ["proto"],
  tests: ["proto", "services/common", ...SERVICES, "deploy/local", "deploy/sandbox"],
  bench: ["proto", "services/common", ...SERVICES, "deploy/local", "deploy/sandbox", "tests"],
  scripts: [],
};

/** The layers of the web client: features are islands, ui knows no rpc, api holds the transport. */
const WEB_WALLS: Record<string, readonly string[]> = {
  ui: ["app", "features", "api"],
  api: ["app", "features", "ui"],
};

const problems: string[] = [];
const declared = new Map<string, Set<string>>();
const files = globSync("{proto,services,deploy,web,tests,bench,scripts}/**/*.{ts,tsx}", {
  cwd: root,
  exclude: ["**/node_modules", "proto/gen", "web/dist"],
});
for (const file of files.map((path) => path.split(sep).join("/")).toSorted()) checkFile(file);

for (const problem of problems) console.error(problem);
console.log(`import walls: ${files.length} files, ${problems.length} problems`);
if (problems.length > 0) process.exitCode = 1;

function checkFile(file: string): void {
  const from = partOf(file);
  const allowed = from === undefined ? undefined : WALLS[from];
  if (from === undefined || allowed === undefined) {
    refuse(file, "belongs to no known part; add it to scripts/check-imports.ts");
    return;
  }
  for (const specifier of importsOf(file)) {
    const target = targetOf(file, specifier);
    if (target === undefined) checkDeclared(file, from, specifier);
    else if (target.part === from) checkWeb(file, target.path);
    else if (!allowed.includes(target.part)) refuse(file, `${from} may not import ${target.part} ('${specifier}')`);
    else if (target.path !== "") refuse(file, `import '${specifier}' by its package name`);
    else checkDeclared(file, from, specifier);
  }
}

/** The part of the repository that an import leads to, or undefined for a package from outside. */
function targetOf(file: string, specifier: string): { part: string; path: string } | undefined {
  if (specifier.startsWith(".")) {
    const path = posix.join(posix.dirname(file), specifier);
    return { part: partOf(path) ?? path, path };
  }
  const name = /^@gittix\/([^/]+)/.exec(specifier)?.[1];
  if (name === undefined) return undefined;
  return { part: Object.keys(WALLS).find((part) => posix.basename(part) === name) ?? name, path: "" };
}

function checkWeb(file: string, target: string): void {
  const [from, to] = [webLayerOf(file), webLayerOf(target)];
  if (from === undefined || to === undefined) return;
  const anotherFeature = from.layer === "features" && to.layer === "features" && to.name !== from.name;
  const crosses = anotherFeature || WEB_WALLS[from.layer]?.includes(to.layer);
  if (crosses) refuse(file, `web ${from.layer}/${from.name} may not import ${target}`);
}

function webLayerOf(path: string): { layer: string; name: string } | undefined {
  const [, layer, name] = /^web\/src\/([^/]+)\/([^/]+)/.exec(path) ?? [];
  return layer === undefined || name === undefined ? undefined : { layer, name };
}

function checkDeclared(file: string, part: string, specifier: string): void {
  if (specifier.startsWith("node:")) return;
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (declaredBy(part).has(name) || declaredBy(".").has(name)) return;
  refuse(file, `'${name}' is not in ${part}/package.json`);
}

function declaredBy(part: string): Set<string> {
  const known = declared.get(part);
  if (known !== undefined) return known;
  const manifest = join(root, part, "package.json");
  const content = existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")) : {};
  const names = new Set(Object.keys({ ...content.dependencies, ...content.devDependencies }));
  declared.set(part, names);
  return names;
}

function partOf(path: string): string | undefined {
  const [first, second] = path.split("/");
  if (first === undefined) return undefined;
  return first === "services" || first === "deploy" ? `${first}/${second}` : first;
}

/** Every specifier of a static, dynamic or re-exporting import, comments left out. */
function importsOf(file: string): string[] {
  const text = readFileSync(resolve(root, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const patterns = [
    /(?:^|;)\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]/gm,
    /(?:^|;)\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/gm,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ""));
}

function refuse(file: string, reason: string): void {
  problems.push(`${file}: ${reason}`);
}
