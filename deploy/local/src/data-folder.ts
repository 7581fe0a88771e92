import { accessSync, constants, mkdirSync, renameSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./options.ts";

/** A log larger than this is set aside at the next start, so that two of this size are kept at the most. */
const logSizeMax = 16 * 1024 * 1024;

/** openDataFolder makes the folder where everything is kept, and says plainly when it cannot. */
export function openDataFolder(folder: string): string {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK | constants.R_OK | constants.X_OK);
    return path;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    throw new UsageError(`The data folder ${path} cannot be written to (${code}). Choose another with --data DIR.`);
  }
}

/** logFile is where the log of this start goes, or of one process of it. */
export function logFile(folder: string, name = "gittix"): string {
  const file = join(folder, `${name}.log`);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logSizeMax) renameSync(file, `${file}.1`);
  return file;
}
