/** BatchedReads gives things by their keys; undefined for one that is not there. */
export type BatchedReads<T> = (key: string) => Promise<T | undefined>;

/** How many keys one statement asks for at the most, and how many statements may be under way. */
const batchMax = 100;
const atOnceMax = 2;

/**
 * createBatchedReads reads many things with one statement when many ask at the same time: a read that finds others
 * under way waits for one of them to end, and then goes together with all that wait. No read is answered by a
 * statement that began before it, so that each sees what was committed before it came.
 */
export function createBatchedReads<T>(
  readMany: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): BatchedReads<T> {
  const waiting = new Map<string, PromiseWithResolvers<T | undefined>>();
  let underWay = 0;

  function begin(): void {
    if (waiting.size === 0 || underWay >= atOnceMax) return;
    const batch = [...waiting].slice(0, batchMax);
    for (const [key] of batch) waiting.delete(key);
    underWay++;
    void answer(batch).finally(() => {
      underWay--;
      begin();
    });
  }

  async function answer(batch: readonly (readonly [string, PromiseWithResolvers<T | undefined>])[]): Promise<void> {
    try {
      const found = await readMany(batch.map(([key]) => key));
      for (const [key, { resolve }] of batch) resolve(found.get(key));
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    }
  }

  return (key) => {
    let wait = waiting.get(key);
    if (!wait) waiting.set(key, (wait = Promise.withResolvers()));
    begin();
    return wait.promise;
  };
}
