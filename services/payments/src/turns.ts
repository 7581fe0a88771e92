/**
 * createTurns gives a function that runs work under a key one at a time. Those who come while it runs share one
 * more run after it: what they have heard of may have come too late for the run under way.
 */
export function createTurns<T>(): (key: string, work: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const following = new Map<string, Promise<T>>();

  function start(key: string, work: () => Promise<T>): Promise<T> {
    const run = work().finally(() => running.delete(key));
    running.set(key, run);
    return run;
  }

  return (key, work) => {
    const current = running.get(key);
    if (!current) return start(key, work);
    const shared = following.get(key);
    if (shared) return shared;
    const follow = () => {
      following.delete(key);
      return start(key, work);
    };
    const next = current.then(follow, follow);
    following.set(key, next);
    return next;
  };
}
