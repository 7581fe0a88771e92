import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
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

/** claimDataFolder refuses a folder that another start of GitTix is using; until this process ends it is ours. */
export function claimDataFolder(folder: string): string {
  const file = join(folder, "running.pid");
  const other = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  if (other > 0 && other !== process.pid && isAlive(other)) {
    throw new UsageError(
      `The data folder ${folder} is in use by another start of GitTix (process ${other}). Choose another with --data DIR.`,
    );
  }
  writeFileSync(file, String(process.pid));
  process.once("exit", () => rmSync(file, { force: true }));
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** logFile is where the log of this start goes, or of one process of it. */
export function logFile(folder: string, name = "gittix"): string {
  const file = join(folder, `${name}.log`);
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > logSizeMax) renameSync(file, `${file}.1`);
  return file;
}
