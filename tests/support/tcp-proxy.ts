import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** TcpProxy stands between two parties that talk over TCP, and disturbs them. */
export interface TcpProxy {
  readonly port: number;
  /** Breaks every connection off, in the middle of whatever it carries. */
  cut(): void;
  /** Refuses new connections (they are broken off at once), or takes them again. */
  refuse(refusing: boolean): void;
  /** Holds all bytes back while connections stand, or lets them flow again. */
  freeze(frozen: boolean): void;
  close(): Promise<void>;
}

/** startTcpProxy listens on a free loopback port and hands every connection on to `targetPort`. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let refusing = false;
  let frozen = false;

  const server = createServer((inner) => {
    if (refusing) return void inner.destroy();
    const outer = connect(targetPort, "127.0.0.1");
    join(inner, outer);
    join(outer, inner);
    return undefined;
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");

  function join(from: Socket, to: Socket): void {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (bytes) => void to.write(bytes));
    from.on("end", () => void to.end());
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      to.destroy();
    });
    if (frozen) from.pause();
  }

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    port: address.port,
    cut,
    refuse: (value) => void (refusing = value),
    freeze(value) {
      frozen = value;
      for (const socket of sockets) {
        if (frozen) socket.pause();
        else socket.resume();
      }
    },
    async close() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
