import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { beHelper } from "../helper.ts";

/** EchoSetup says at which path to answer, and with what; with the request itself where nothing is said. */
export interface EchoSetup {
  readonly host: string;
  readonly path: string;
  readonly answer?: Uint8Array;
}

// A bare grpc-js server: bytes in, bytes out, and nothing in between.
beHelper(async ({ host, path, answer }: EchoSetup) => {
  const fixed = answer && Buffer.from(answer);
  const echo: handleUnaryCall<Buffer, Buffer> = (call, callback) => callback(null, fixed ?? call.request);
  const asIs = (bytes: Buffer) => bytes;
  const server = new Server();
  server.addService(
    {
      echo: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    { echo },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:0`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { ready: `${host}:${port}`, close: async () => server.forceShutdown() };
});
