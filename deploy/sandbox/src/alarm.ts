const TIMEOUT_MAX_MS = 2 ** 31 - 1;

/** Alarm rings when the earliest due time has come; what is due is kept in the database, not in it. */
export type Alarm = { set: () => void; stop: () => void };

type Options = {
  now: () => number;
  /** next is the earliest due time, or undefined when nothing waits. */
  next: () => number | undefined;
  ring: () => void;
};

export function createAlarm({ now, next, ring }: Options): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  function set(): void {
    clearTimeout(timer);
    const due = stopped ? undefined : next();
    if (due === undefined) return;
    timer = setTimeout(wake, Math.min(Math.max(due - now(), 0), TIMEOUT_MAX_MS));
  }
  function wake(): void {
    ring();
    set();
  }
  return {
    set,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
