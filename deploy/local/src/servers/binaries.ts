import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where package managers put servers that are not on everybody's PATH. */
const places = [
  "/usr/sbin",
  "/usr/local/sbin",
  "/usr/libexec",
  "/usr/lib/rabbitmq/bin",
  "/opt/homebrew/opt/mariadb/bin",
  "/usr/local/opt/mariadb/bin",
  "/opt/homebrew/opt/rabbitmq/sbin",
  "/usr/local/opt/rabbitmq/sbin",
];

/** Before PATH: the broker itself, and not the wrapper of the same name, which changes user and folder. */
const placesFirst = ["/usr/lib/rabbitmq/bin"];

/** findProgram gives the path of the first of some names that is installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const folders = [...placesFirst, ...onPath, ...places];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** NotInstalled says what is missing, and how to get it. */
export class NotInstalled extends Error {
  override readonly name = "NotInstalled";
}

/** notInstalled makes the message for one server. */
export function notInstalled(
  server: string,
  variable: string,
  packages: { apt: string; brew: string; dnf: string },
): NotInstalled {
  return new NotInstalled(
    [
      `${server} is not installed on this machine. Install it:`,
      `  Debian, Ubuntu   sudo apt-get install ${packages.apt}`,
      `  macOS            brew install ${packages.brew}`,
      `  Fedora           sudo dnf install ${packages.dnf}`,
      `or name one that is running already in ${variable}. (The service that a package starts by itself is not`,
      `needed: GitTix runs one of its own.)`,
    ].join("\n"),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
