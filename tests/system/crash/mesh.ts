import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { readRows, type Row } from "../../support/databases.ts";
import { freePortRange } from "../../support/free-ports.ts";
import { runProgram, type Program } from "../../support/program.ts";
import type { Books } from "../../support/promises.ts";
import { moneyInFile } from "../../support/provider-books.ts";

/** Uptime is when a process of the mesh was at work; `endedAt` is infinite while it is. */
export interface Uptime {
  readonly readyAt: number;
  endedAt: number;
}

/** MortalMesh is the whole marketplace as a process that can be killed and started again on the same data. */
export interface MortalMesh {
  readonly folder: string;
  readonly edgePort: number;
  readonly grpcPorts: Readonly<Record<ServiceName, number>>;
  readonly uptimes: readonly Uptime[];
  /** Its books, read from the files. */
  readonly books: Books;
  /** Starts the process; resolves when it is ready, with how many milliseconds that took. */
  start(): Promise<number>;
  /** Starts the process and does not wait for it. */
  launch(): void;
  kill(): Promise<void>;
  /** Lets it stop by itself. */
  stop(): Promise<void>;
  /** The rows of the bus; only while no process has it open. */
  busRows(sql: string): Row[];
  remove(): Promise<void>;
}

/** createMortalMesh gives one in a folder of its own, not started yet; `program` is deploy/local's, or one like it. */
export async function createMortalMesh(options: {
  readonly program: string;
  readonly hold: string;
}): Promise<MortalMesh> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-crash-"));
  const edgePort = await freePortRange(1 + serviceNames.length);
  const ports = serviceNames.map((name, index): [ServiceName, number] => [name, edgePort + 1 + index]);
  const args = ["--port", String(edgePort), "--data", folder, "--hold", options.hold];
  const uptimes: Uptime[] = [];
  let program: Program | undefined;

  async function end(signal: NodeJS.Signals): Promise<void> {
    program?.signal(signal);
    await program?.ended;
    const uptime = uptimes.at(-1);
    if (uptime) uptime.endedAt = Math.min(uptime.endedAt, Date.now());
    program = undefined;
  }
  function launch(): Program {
    return (program = runProgram(options.program, args));
  }

  return {
    folder,
    edgePort,
    grpcPorts: Object.fromEntries(ports) as Record<ServiceName, number>,
    uptimes,
    books: {
      rows: (service, sql) => readRows(join(folder, `${service}.db`), sql),
      moneyByOrder: () => moneyInFile(join(folder, "sandbox.db")),
    },
    async start() {
      const beganAt = Date.now();
      await launch().printed("GitTix is ready", 30_000);
      uptimes.push({ readyAt: Date.now(), endedAt: Number.POSITIVE_INFINITY });
      return Date.now() - beganAt;
    },
    launch: () => void launch(),
    kill: () => end("SIGKILL"),
    stop: () => end("SIGINT"),
    busRows: (sql) => readRows(join(folder, "bus.db"), sql),
    async remove() {
      await end("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
