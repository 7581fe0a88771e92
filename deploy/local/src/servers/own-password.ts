import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** ownPassword gives the password of a server's administrator: made at the first start and kept in its folder. */
export function ownPassword(folder: string): string {
  const file = join(folder, "password");
  if (!existsSync(file)) writeFileSync(file, randomPassword(), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/** randomPassword has no character that means something in a URL or in SQL. */
export function randomPassword(): string {
  return randomBytes(20).toString("hex");
}
