import { execFile, spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { promisify } from "node:util";
import type { JsonObject } from "@bufbuild/protobuf";
import { findProgram } from "@gittix/local/servers/binaries";
import { hasRabbitMq } from "../support/rabbitmq.ts";

/** Refusal is all that a refused caller learns, in either language. */
export interface Refusal {
  /** The number of the canonical code. */
  readonly code: number;
  readonly sentence: string;
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fields: readonly { readonly field: string; readonly description: string }[];
}

/** PeerSettings are what the Python program is told; messages are in proto's JSON. */
export interface PeerSettings {
  readonly addresses: Readonly<Record<string, string>>;
  readonly amqpUrl: string;
  readonly userKeysUrl: string;
  readonly serviceTokenKey: string;
  readonly badCalls: readonly {
    readonly at: string;
    readonly service: string;
    readonly method: string;
    readonly request: JsonObject;
    readonly token: string;
  }[];
}

/** PeerReport is what it prints; messages are in proto's JSON. */
export interface PeerReport {
  readonly health: Readonly<Record<string, string>>;
  readonly users: readonly JsonObject[];
  readonly buyerToken: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly ticket: JsonObject;
  readonly order: JsonObject;
  readonly orderAgain: JsonObject;
  readonly charge: JsonObject;
  readonly refused: Readonly<Record<"reserved" | "own" | "unsigned" | "forged", Refusal | null>>;
  readonly firstTicketMessage: string;
  readonly orderStates: readonly JsonObject[];
  readonly ticketStates: readonly JsonObject[];
  readonly asService: { readonly named: readonly string[] } & Readonly<
    Record<"unnamed" | "nobody" | "user", Refusal | null>
  >;
  readonly badCalls: readonly (Refusal | null)[];
  readonly events: {
    readonly completed: JsonObject;
    readonly order: JsonObject;
    readonly counts: Readonly<Record<string, number>>;
    readonly rows: readonly (readonly [id: string, status: string, version: number])[];
    readonly parked: { readonly body: string; readonly from: string; readonly reason: string };
  };
}

const root = join(import.meta.dirname, "../..");
/** Debian's packages are for Debian's Python, which need not be the first on PATH; PYTHON names another. */
const python = process.env["PYTHON"] ?? "/usr/bin/python3";
const modules = ["grpc", "google.protobuf", "pika", "jwt", "cryptography"];
const runMaxMs = 45_000;

/** missingParts names what the Python program needs and this machine lacks. */
export function missingParts(): string[] {
  const imports = spawnSync(python, ["-c", `import ${modules.join(", ")}`], { encoding: "utf8" });
  return [
    ...["protoc", "grpc_python_plugin"].filter((name) => findProgram(name) === undefined),
    ...(imports.error ? [python] : []),
    ...(imports.status ? [`Python's ${/No module named '(\w+)/.exec(imports.stderr)?.[1] ?? modules.join(", ")}`] : []),
    ...(hasRabbitMq() ? [] : ["rabbitmq-server"]),
  ];
}

/** generatePython writes the contracts as Python code into a folder. */
export async function generatePython(folder: string): Promise<void> {
  const buf = join(root, "node_modules/@bufbuild/buf/bin/buf");
  const template = join(import.meta.dirname, "buf.gen.yaml");
  await promisify(execFile)(process.execPath, [buf, "generate", "--template", template, "-o", folder], { cwd: root });
}

/** runPeer runs the Python program with the generated code, and gives its report. */
export async function runPeer(generated: string, settings: PeerSettings): Promise<PeerReport> {
  const child = spawn(python, [join(import.meta.dirname, "python/purchase.py")], {
    // No byte code beside the sources: the folder is under version control.
    env: { ...process.env, PYTHONPATH: generated, PYTHONDONTWRITEBYTECODE: "1" },
    timeout: runMaxMs,
    killSignal: "SIGKILL",
  });
  child.stdin.end(JSON.stringify(settings));
  const [output, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (output === "") throw new Error(`the Python program gave no report:\n${complaints}`);
  return JSON.parse(output);
}
