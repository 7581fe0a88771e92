/** Timer is what expiration knows of one hold. */
export interface Timer {
  readonly orderId: string;
  /** The order's deadline. */
  readonly dueAt: Date;
  /** When the timer expired the order; null while it waits. */
  readonly firedAt: Date | null;
  /** Between the deadline and that moment. */
  readonly latenessMs: number | null;
}

/** As much as its column holds, 24 days. */
const latenessMaxMs = 2 ** 31 - 1;

/** set makes the timer of a new order. */
export function set(orderId: string, dueAt: Date): Timer {
  return { orderId, dueAt, firedAt: null, latenessMs: null };
}

/** fire notes that the timer has expired its order. */
export function fire(timer: Timer, at: Date): Timer {
  if (timer.firedAt) return timer;
  const latenessMs = Math.min(latenessMaxMs, Math.max(0, at.getTime() - timer.dueAt.getTime()));
  return { ...timer, firedAt: at, latenessMs };
}

/** rank is the zero-based place of a percentile among `count` values in rising order (nearest rank). */
export function rank(percentile: number, count: number): number {
  return Math.max(0, Math.ceil((percentile / 100) * count) - 1);
}
