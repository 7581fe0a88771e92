import { availableParallelism } from "node:os";

import { findChromium } from "./scripts/chromium.ts";

// The browser suites read the browser's path from the environment; where there is none they are
// left out here and `npm test` says so loudly.
const chromium = findChromium();
if (chromium !== undefined) process.env.GITTIX_CHROMIUM = chromium;

/** @type {import('jest').Config} */
export default {
  testEnvironment: "node",
  testMatch: ["**/*.test.{ts,tsx}"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "/web/dist/",
    ...(chromium === undefined ? ["<rootDir>/tests/browser/"] : []),
  ],
  modulePathIgnorePatterns: ["<rootDir>/web/dist/", "<rootDir>/\\.data(-real)?/"],
  extensionsToTreatAsEsm: [".ts", ".tsx"],
  moduleFileExtensions: ["ts", "tsx", "js", "mjs", "cjs", "json", "node"],
  transform: { "\\.tsx?$": "<rootDir>/scripts/jest-strip-types.mjs" },
  // A test waits for conditions; one that needs longer than this names its own bound.
  testTimeout: 60_000,
  maxWorkers: Math.min(4, availableParallelism()),
  // Modules in Node's vm are not given back before the worker ends, so a fat worker is replaced.
  workerIdleMemoryLimit: "768MB",
  // A worker still alive after this holds a handle that a test left open; `npm test` then fails.
  workerGracefulExitTimeout: 5_000,
  watchman: false,
};
