import { createSerialQueue } from "@gittix/common/database/serial-queue";

/** Turnstiles let callers at a subject in, so many at a time, in the order in which they came. */
export interface Turnstiles {
  /**
   * Waits until fewer are inside than `roomOf` says, and gives what must be called on leaving. `roomOf` is asked
   * again whenever somebody has left; when it throws, so does this.
   */
  enter(subject: string, roomOf: () => Promise<number>): Promise<() => void>;
}

interface Turnstile {
  readonly inTurn: ReturnType<typeof createSerialQueue>;
  /** Those inside and those who wait; with none left the turnstile is forgotten. */
  present: number;
  inside: number;
  departures: number;
  nextDeparture: PromiseWithResolvers<void>;
}

/** createTurnstiles makes turnstiles for this process. */
export function createTurnstiles(): Turnstiles {
  const turnstiles = new Map<string, Turnstile>();

  return {
    async enter(subject, roomOf) {
      const turnstile = turnstiles.get(subject) ?? newTurnstile();
      turnstiles.set(subject, turnstile);
      turnstile.present++;
      const goAway = () => {
        if (--turnstile.present === 0) turnstiles.delete(subject);
      };
      try {
        await turnstile.inTurn(() => waitForRoom(turnstile, roomOf));
      } catch (error) {
        goAway();
        throw error;
      }
      return () => {
        turnstile.inside--;
        turnstile.departures++;
        turnstile.nextDeparture.resolve();
        turnstile.nextDeparture = Promise.withResolvers();
        goAway();
      };
    },
  };
}

async function waitForRoom(turnstile: Turnstile, roomOf: () => Promise<number>): Promise<void> {
  for (;;) {
    const { departures } = turnstile;
    const room = await roomOf();
    // Whoever left meanwhile may have taken the room with them, by failing.
    if (turnstile.departures !== departures) continue;
    if (turnstile.inside < room) break;
    await turnstile.nextDeparture.promise;
  }
  turnstile.inside++;
}

function newTurnstile(): Turnstile {
  return { inTurn: createSerialQueue(), present: 0, inside: 0, departures: 0, nextDeparture: Promise.withResolvers() };
}
