/** Pages that are not served securely have no Web Locks; then each tab keeps order for itself. */
let last: Promise<unknown> = Promise.resolve();

/** exclusive runs work under a lock of this name that all tabs of this browser share. */
export async function exclusive<T>(name: string, work: () => Promise<T>): Promise<T> {
  if ("locks" in navigator) return navigator.locks.request(name, work);
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}
