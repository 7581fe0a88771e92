/** How far a chain of causes is followed, and how much of a message is kept. */
const causesMax = 5;
const messageLengthMax = 500;

/** Fault is what the log keeps of an error's cause. */
export interface Fault {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
}

/**
 * describeFault names an error's causes for the log. Only name, message and stack: the errors of database
 * drivers carry the parameters of their statement, which are not for the log.
 */
export function describeFault(error: unknown): readonly Fault[] {
  const faults: Fault[] = [];
  let cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  while (cause instanceof Error && faults.length < causesMax) {
    faults.push({ name: cause.name, message: cause.message.slice(0, messageLengthMax), stack: framesOf(cause) });
    cause = cause.cause;
  }
  if (faults.length === 0) faults.push({ name: typeof cause, message: "", stack: undefined });
  return faults;
}

/** The frames alone: the head of a stack repeats the message, in full. */
function framesOf({ stack }: Error): string | undefined {
  const frames = stack?.split("\n").filter((line) => line.startsWith("    at "));
  return frames?.slice(0, 10).join("\n");
}
