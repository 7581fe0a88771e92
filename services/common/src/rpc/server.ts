/** RunningServer is a server that takes calls. */
export interface RunningServer {
  readonly port: number;
  /** Takes no more calls, ends streams, lets other calls under way finish for `graceMs` and then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/** bindProblem says in one sentence why a server has no port. */
export function bindProblem(what: string, host: string, port: number, cause: Error): Error {
  const why = reasons.find(([code]) => cause.message.includes(code))?.[1] ?? `cannot be used (${cause.message})`;
  return new Error(`Port ${port} on ${host}, wanted for ${what}, ${why}.`, { cause });
}

const reasons = [
  ["EADDRINUSE", "is taken by another program"],
  ["EACCES", "needs more rights than this program has"],
  ["EADDRNOTAVAIL", "is not an address of this machine"],
  ["ENOTFOUND", "is not an address that can be found"],
] as const;
