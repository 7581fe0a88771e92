import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createConnection } from "mysql2/promise";
import { findProgram, notInstalled } from "./binaries.ts";
import { freePorts } from "./free-ports.ts";
import { ownPassword } from "./own-password.ts";
import { startServer, type ServerProcess } from "./server-process.ts";

/** MariaDb is a database server of one's own, on the loopback address. */
export interface MariaDb {
  /** As its administrator, without a database. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the present process has ended, for whatever reason. */
  readonly ended: Promise<unknown>;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Kills it if need be, and starts it again on the same port and data. */
  restart(): Promise<void>;
  /** Lets it end in order. */
  stop(): Promise<void>;
  /** Ends it at once, for good. */
  end(): Promise<void>;
}

/** hasMariaDb tells whether the programs are on this machine. */
export function hasMariaDb(): boolean {
  return findProgram("mariadbd") !== undefined && findProgram("mariadb-install-db") !== undefined;
}

/** startMariaDb starts a server on a data folder, which is made at the first start. It resolves when it answers. */
export async function startMariaDb(options: {
  readonly folder: string;
  readonly port?: number;
  /** Whether a commit outlives a power cut, or only a crash of the server: tests are quicker without. */
  readonly durable: boolean;
}): Promise<MariaDb> {
  const { folder, durable } = options;
  const [server, install] = [findProgram("mariadbd"), findProgram("mariadb-install-db")];
  if (!server || !install) {
    throw notInstalled("MariaDB", "MYSQL_URL", { apt: "mariadb-server", brew: "mariadb", dnf: "mariadb-server" });
  }
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const data = join(folder, "data");
  const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];
  await makeData(install, folder, data, asRoot);
  const password = ownPassword(folder);
  const url = `mysql://root:${password}@127.0.0.1:${port}/`;
  const firstWords = join(folder, "init.sql");
  writeFileSync(firstWords, administrator(password), { mode: 0o600 });

  const args = [
    "--no-defaults",
    `--datadir=${data}`,
    `--port=${port}`,
    "--bind-address=127.0.0.1",
    ...asRoot,
    // The path of a socket is limited to 107 characters, and a folder's may be longer than that.
    "--socket=s",
    `--pid-file=${join(folder, "pid")}`,
    `--tmpdir=${join(folder, "tmp")}`,
    `--init-file=${firstWords}`,
    "--skip-name-resolve",
    "--innodb-log-file-size=48M",
    "--max-connections=500",
    "--performance-schema=OFF",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    ...(durable ? [] : ["--innodb-flush-log-at-trx-commit=2", "--innodb-flush-method=nosync", "--sync-frm=OFF"]),
  ];
  const command = {
    name: "MariaDB",
    command: server,
    args,
    env: environment(),
    folder: data,
    logFile: join(folder, "mariadb.log"),
  };
  const boot = (): Promise<ServerProcess> => startServer(command, () => answers(url));
  let running = await boot();

  return {
    url,
    port,
    get pid() {
      return running.pid;
    },
    get ended() {
      return running.ended;
    },
    signal: (name) => running.signal(name),
    kill: () => running.kill(),
    async restart() {
      await running.kill();
      running = await boot();
    },
    stop: () => running.stop(),
    end: () => running.kill(),
  };
}

async function makeData(install: string, folder: string, data: string, asRoot: readonly string[]): Promise<void> {
  mkdirSync(join(folder, "tmp"), { recursive: true, mode: 0o700 });
  if (existsSync(join(data, "mysql", "db.frm")) || existsSync(join(data, "mysql", "db.MAI"))) return;
  // What an installation that was cut off left behind is of no use.
  rmSync(data, { recursive: true, force: true });
  await promisify(execFile)(
    install,
    ["--no-defaults", `--datadir=${data}`, "--auth-root-authentication-method=normal", "--skip-test-db", ...asRoot],
    { env: environment(), cwd: folder },
  );
}

/** Run at every start before anybody can connect: a fresh installation lets everybody in. */
function administrator(password: string): string {
  return [
    "DELETE FROM mysql.global_priv WHERE User = 'root' AND Host NOT IN ('127.0.0.1', 'localhost');",
    "FLUSH PRIVILEGES;",
    `ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}';`,
    "",
  ].join("\n");
}

/** Nothing of this machine's own settings, and English messages. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], LANG: "C.UTF-8", TZ: "UTC" };
}

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await createConnection({ uri: url, connectTimeout: 1000 });
    await connection.query("SELECT 1");
    await connection.end();
    return true;
  } catch {
    return false;
  }
}
