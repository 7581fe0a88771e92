// Turns TypeScript into JavaScript for jest, the way Node does for the services themselves: by
// erasing the types, so that line and column stay true without source maps. Only .tsx needs more.
import { createHash } from "node:crypto";
import { createRequire, stripTypeScriptTypes } from "node:module";

const require = createRequire(import.meta.url);
const version = `1 ${process.version}`;

// Node warns once per process that stripping is experimental; in a test report that is noise.
const { emitWarning } = process;
process.emitWarning = (warning, ...rest) => {
  if (!String(warning).includes("stripTypeScriptTypes")) emitWarning.call(process, warning, ...rest);
};

function transformJsx(source, filename) {
  // Loaded on first use: the native binding is large and most workers never see a component.
  const { transformSync } = require("rolldown/utils");
  const { code, map, errors } = transformSync(filename, source, {
    jsx: { runtime: "automatic" },
    sourcemap: true,
  });
  if (errors.length > 0) throw new Error(`${filename}: ${errors.map(String).join("\n")}`);
  return { code, map: JSON.stringify(map) };
}

export default {
  process(source, filename) {
    if (filename.endsWith("x")) return transformJsx(source, filename);
    try {
      return { code: stripTypeScriptTypes(source, { mode: "strip" }) };
    } catch (error) {
      throw new SyntaxError(`${filename}: ${error.message}`, { cause: error });
    }
  },
  getCacheKey(source, filename) {
    return createHash("sha256").update(version).update(filename).update("\0").update(source).digest("hex");
  },
};
