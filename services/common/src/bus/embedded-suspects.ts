import type { Taken } from "./embedded-messages.ts";

/** SuspectTurn is the suspect taken in this turn, if any. */
interface SuspectTurn<Consumer> {
  readonly consumer: Consumer | undefined;
  readonly message: Taken | undefined;
  /** To be called once the turn is committed. */
  begin(): void;
}

/** Suspects are messages that were in hand at more than one crash, so that one of them may be the cause. */
export interface Suspects {
  /** Takes the next suspect whose queue has a consumer with room, unless one is in hand. */
  next<Consumer>(
    consumerOf: (queue: string) => Consumer | undefined,
    take: (seq: number) => Taken | undefined,
  ): SuspectTurn<Consumer>;
  ended(seq: number): void;
}

/**
 * createSuspects hands suspects out one at a time, over all queues: a message that kills the process then
 * uses up its own attempts, and its neighbours keep theirs.
 */
export function createSuspects(found: readonly { readonly seq: number; readonly queue: string }[]): Suspects {
  const waiting = new Map(found.map(({ seq, queue }) => [seq, queue]));
  let inHand: number | undefined;

  return {
    next(consumerOf, take) {
      const gone: number[] = [];
      const turn = (consumer?: ReturnType<typeof consumerOf>, message?: Taken) => ({
        consumer,
        message,
        begin() {
          for (const seq of gone) waiting.delete(seq);
          if (message) inHand = message.seq;
        },
      });
      if (inHand !== undefined) return turn();
      for (const [seq, queue] of waiting) {
        const consumer = consumerOf(queue);
        if (!consumer) continue;
        gone.push(seq);
        const message = take(seq);
        if (message) return turn(consumer, message);
      }
      return turn();
    },
    ended(seq) {
      if (inHand === seq) inHand = undefined;
    },
  };
}
