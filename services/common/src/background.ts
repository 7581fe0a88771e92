import { v7 as uuidv7 } from "uuid";
import { withCallContext } from "./context.ts";
import type { Logger } from "./log.ts";

/** Task is work that a service does again and again by itself. */
export interface Task {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<unknown>;
  /** Called once with a function that makes the next round start now. */
  readonly onKick?: (kick: () => void) => void;
}

/** RunningTask is a task at work. */
export interface RunningTask {
  /** Resolves when the round under way is done; there is no other after it. */
  stop(): Promise<void>;
}

/** repeat runs a task at its interval, one round at a time. A round that fails is logged and tried again. */
export function repeat(task: Task, log: Logger): RunningTask {
  let stopped = false;
  let again = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;

  const start = () => {
    clearTimeout(timer);
    if (stopped) return;
    if (round) {
      again = true;
      return;
    }
    again = false;
    round = withCallContext({ requestId: uuidv7(), traceParent: "" }, async () => {
      try {
        await task.run();
      } catch (error) {
        log.warn({ err: error, task: task.name }, "background task failed; it will be tried again");
      }
      round = undefined;
      if (again) start();
      else if (!stopped) timer = setTimeout(start, task.everyMs);
    });
  };

  task.onKick?.(start);
  timer = setTimeout(start, task.everyMs);
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}
