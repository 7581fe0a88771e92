import { createServer } from "node:net";

/** Below the range from which the system hands out ports by itself, so that nobody is given one of ours meanwhile. */
const first = 10_240;
const last = 32_000;

/** freePorts gives ports that nobody uses now. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

/** freePortRange gives the first of `count` ports in a row that nobody uses now. */
export async function freePortRange(count: number): Promise<number> {
  for (;;) {
    const start = first + Math.floor(Math.random() * (last - first - count));
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(start + index)));
    if (free.every(Boolean)) return start;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
