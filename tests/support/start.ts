import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSecrets } from "@gittix/local/secrets";
import { serviceNames, type ServiceName } from "@gittix/local/service-table";
import { freePortRange } from "./free-ports.ts";
import { createPeople, type People } from "./people.ts";
import { runProgram, startProgram, type Program } from "./program.ts";

/** Start is a folder and a port at which a test runs what `npm start` runs. */
export interface Start {
  readonly folder: string;
  readonly port: number;
  /** Runs the program; options given here come after the port and the folder, and win over them. */
  begin(args?: readonly string[], env?: NodeJS.ProcessEnv): Program;
  /** Runs it and waits until it is ready. */
  ready(args?: readonly string[], env?: NodeJS.ProcessEnv): Promise<Program>;
  /** Lets people in, once it is ready. */
  enter(): People;
  /** Does something before the programs are ended. */
  atEnd(work: () => unknown): void;
  clear(): Promise<void>;
}

/** prepareStart chooses a folder and ports of its own. */
export async function prepareStart(): Promise<Start> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-start-"));
  const data = join(folder, "data");
  const port = await freePortRange(1 + serviceNames.length);
  const ports = serviceNames.map((name, index): [ServiceName, number] => [name, port + 1 + index]);
  const programs: Program[] = [];
  const closers: (() => unknown)[] = [];

  const begin: Start["begin"] = (args = [], env = {}) => {
    const program = runProgram(startProgram, ["--port", String(port), "--data", data, ...args], env);
    programs.push(program);
    return program;
  };
  return {
    folder,
    port,
    begin,
    async ready(args, env) {
      const program = begin(args, env);
      await program.printed("GitTix is ready");
      return program;
    },
    enter() {
      const people = createPeople(
        "127.0.0.1",
        Object.fromEntries(ports) as Record<ServiceName, number>,
        openSecrets(data),
      );
      closers.push(people.leave);
      return people;
    },
    atEnd: (work) => void closers.push(work),
    async clear() {
      for (const close of closers) await close();
      for (const program of programs) program.signal("SIGKILL");
      await Promise.all(programs.map(({ ended }) => ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
