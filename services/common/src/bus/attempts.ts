/** endedWhileHandling is the error of a message whose last attempt never came to an end: the process did. */
export const endedWhileHandling = "The process ended while it handled the message.";

/** pauseMs is how long a message rests after its failed attempt: 100 ms, doubled each time, 10 s at most. */
export function pauseMs(attempt: number): number {
  return Math.min(10_000, 100 * 2 ** (attempt - 1));
}

/** errorLine tells an error in one line of bounded length, to be kept beside a parked message. */
export function errorLine(error: unknown): string {
  const text = Error.isError(error) ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll(/\s+/g, " ").slice(0, 500);
}
