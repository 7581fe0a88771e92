import { ConfigError, type Env } from "./config.ts";
import type { RunningService } from "./service.ts";

/** run makes a process of a service: starts it, and stops it on SIGTERM or Ctrl-C. */
export async function run(start: (env: Env) => Promise<RunningService>): Promise<void> {
  try {
    const service = await start(process.env);
    const stop = () => {
      void service.stop().then(() => process.exit(0));
      // A close that hangs must not keep the process: what matters is committed already.
      setTimeout(() => process.exit(1), 10_000).unref();
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`);
    process.exit(1);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
