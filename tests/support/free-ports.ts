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

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
