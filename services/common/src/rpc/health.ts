import { Code, ConnectError } from "@connectrpc/connect";
import { Health, HealthCheckResponse_ServingStatus as Status } from "@gittix/proto/grpc/health/v1/health";
import { internalService, type Mount } from "./mount.ts";

/** HealthService tells orchestrators, balancers and operators whether to send calls here. */
export interface HealthService {
  readonly mount: Mount;
  /** From now on the answer is NOT_SERVING: the server is about to stop. */
  stop(): void;
}

/** How often a watcher's status is looked at again. */
const watchMs = 1000;

/** createHealth makes grpc.health.v1.Health; `ready` tells the truth about what the service stands on. */
export function createHealth(mounts: readonly Mount[], ready: () => boolean | Promise<boolean>): HealthService {
  const names = new Set(["", ...mounts.map((mount) => mount.spec.service.typeName)]);
  const stopping = new AbortController();

  const status = async (): Promise<Status> => {
    if (stopping.signal.aborted) return Status.NOT_SERVING;
    try {
      return (await ready()) ? Status.SERVING : Status.NOT_SERVING;
    } catch {
      return Status.NOT_SERVING;
    }
  };

  const mount = internalService(Health, {
    async check({ service }) {
      if (!names.has(service)) throw new ConnectError("There is no such service here.", Code.NotFound);
      return { status: await status() };
    },
    async list() {
      const now = await status();
      return { statuses: Object.fromEntries([...names].map((name) => [name, { status: now }])) };
    },
    async *watch({ service }, { signal }) {
      let last: Status | undefined;
      while (!signal.aborted) {
        const now = names.has(service) ? await status() : Status.SERVICE_UNKNOWN;
        if (now !== last) yield { status: now };
        last = now;
        await pause(watchMs, AbortSignal.any([signal, stopping.signal]));
        if (stopping.signal.aborted && last === Status.NOT_SERVING) return;
      }
    },
  });
  return { mount, stop: () => stopping.abort() };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
