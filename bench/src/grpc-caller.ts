import { Client, credentials, Metadata, status } from "@grpc/grpc-js";

/** GrpcCaller makes calls as cheaply as grpc-js can, so that the load weighs little on what is measured. */
export interface GrpcCaller {
  /** Gives the bytes of the answer; a status other than `expected` is an error. */
  call(path: string, request: Buffer, token?: string): Promise<Buffer>;
  close(): void;
}

/** Connections to a server; calls go round them. */
const connections = 4;

/** openCaller connects to a server. The same caller is used for a figure and for its floor. */
export function openCaller(address: string, expected: status = status.OK): GrpcCaller {
  const clients = Array.from(
    { length: connections },
    (_, index) =>
      // A setting of its own keeps grpc-js from sharing one connection between all.
      new Client(address, credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
        "bench.connection": index,
      }),
  );
  const channels = clients.map((client) => client.getChannel());
  let turn = 0;
  return {
    call(path, request, token) {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      const channel = channels[turn++ % connections];
      if (!channel) throw new Error("there is no connection");
      const metadata = new Metadata();
      if (token !== undefined) metadata.set("authorization", `Bearer ${token}`);
      const call = channel.createCall(path, Number.POSITIVE_INFINITY, null, null, null);
      let answer: Buffer = Buffer.alloc(0);
      call.start(metadata, {
        onReceiveMetadata: () => {},
        onReceiveMessage: (message: Buffer) => (answer = message),
        onReceiveStatus({ code, details }) {
          if (code === expected) resolve(answer);
          else reject(new Error(`${path} was answered with ${status[code]}: ${details}`));
        },
      });
      call.startRead();
      call.sendMessageWithContext({}, request);
      call.halfClose();
      return promise;
    },
    close: () => clients.forEach((client) => client.close()),
  };
}
