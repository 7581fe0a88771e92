import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "../log.ts";
import { BusUnavailable } from "./bus.ts";
import type { BusFile } from "./embedded-file.ts";

/** Turns gathers changes and commits them together, one transaction for all that came in the meantime. */
export interface Turns {
  /** Makes the change in the next turn, and resolves when it is committed. */
  write<T>(change: () => T, options?: { readonly durable?: boolean }): Promise<T>;
  /** Asks for a turn though nothing is to be written, because messages may have fallen due. */
  kick(): void;
  /** Whether the last turn could be written. */
  healthy(): boolean;
  /** Takes the last turn and no more. */
  end(): void;
}

interface Change {
  readonly durable: boolean;
  /** Makes the change and gives what to call once it is committed. */
  run(): () => void;
  refuse(error: BusUnavailable): void;
}

/**
 * createTurns runs `take` at the end of every turn, in its transaction, and what it gave after the commit:
 * so the acknowledgements, the publishes and the next deliveries of a moment cost one commit.
 */
export function createTurns(file: BusFile, log: Logger, take: () => () => void): Turns {
  // A turn serves many callers, so it runs in the context of none of them.
  const outside = AsyncLocalStorage.snapshot();
  let changes: Change[] = [];
  let scheduled: NodeJS.Immediate | undefined;
  let retry: NodeJS.Timeout | undefined;
  let ended = false;
  let healthy = true;

  function schedule(): void {
    if (!ended) scheduled ??= setImmediate(() => outside(turn));
  }

  function turn(): void {
    scheduled = undefined;
    const batch = changes;
    changes = [];
    try {
      const after = file.transaction(
        () => [...batch.map((change) => change.run()), take()],
        batch.some((change) => change.durable),
      );
      healthy = true;
      for (const call of after) call();
    } catch (error) {
      healthy = false;
      log.error({ err: error }, "the event bus file could not be written");
      const refusal = new BusUnavailable("The event bus file could not be written.", { cause: error });
      for (const change of batch) change.refuse(refusal);
      clearTimeout(retry);
      if (!ended) retry = setTimeout(schedule, retryMs);
    }
  }

  return {
    write(change, options) {
      if (ended) return Promise.reject(new BusUnavailable("The event bus is closed."));
      return new Promise((resolve, reject) => {
        changes.push({
          durable: options?.durable ?? false,
          run() {
            const result = change();
            return () => resolve(result);
          },
          refuse: reject,
        });
        schedule();
      });
    },
    kick: schedule,
    healthy: () => healthy,
    end() {
      ended = true;
      clearImmediate(scheduled);
      clearTimeout(retry);
      if (changes.length > 0) turn();
    },
  };
}

/** How long after a failed turn (a full disk, say) to try again. */
const retryMs = 1_000;
