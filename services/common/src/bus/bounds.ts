import { BusUnavailable } from "./bus.ts";

/** within gives what the work gives, or throws a BusUnavailable when that takes too long. */
export async function within<T>(maxMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new BusUnavailable(`${what} took longer than ${maxMs} ms.`)), maxMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
