import { until } from "./until.ts";

/** Following is a stream that is being read. */
export interface Following<T> {
  readonly messages: readonly T[];
  /** Resolves with the first message from here on that `fits`, and with how long that took. */
  next(fits: (message: T) => boolean): Promise<{ readonly message: T; readonly ms: number }>;
  /** Resolves when the stream has ended, with its error or nothing. */
  readonly ended: Promise<unknown>;
  leave(): void;
}

/** follow reads a stream to its end. */
export function follow<T>(open: (signal: AbortSignal) => AsyncIterable<T>): Following<T> {
  const leaving = new AbortController();
  const messages: T[] = [];
  const read = async () => {
    for await (const message of open(leaving.signal)) messages.push(message);
  };
  const ended = read().then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    messages,
    async next(fits) {
      const [from, beganAt] = [messages.length, performance.now()];
      await until(() => messages.slice(from).some(fits));
      const message = messages.slice(from).find(fits);
      if (message === undefined) throw new Error("a message is gone that was there");
      return { message, ms: performance.now() - beganAt };
    },
    ended,
    leave: () => leaving.abort(),
  };
}
