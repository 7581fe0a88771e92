import {
  logVerbosity,
  Server,
  ServerCredentials,
  setLogVerbosity,
  status,
  type ServerInterceptor,
  type ServerInterceptingCall,
} from "@grpc/grpc-js";
import type { ConnectError, Interceptor } from "@connectrpc/connect";
import type { Logger } from "../log.ts";
import { grpcServiceOf } from "./grpc-adapter.ts";
import { grpcStatusOf } from "./grpc-status.ts";
import { createHealth } from "./health.ts";
import { limits } from "./limits.ts";
import type { Mount } from "./mount.ts";
import { callCancelled, deadlineExceeded, requestMalformed, requestTooLarge, serverStopping } from "./refusals.ts";
import { reflectionServices } from "./reflection.ts";
import { bindProblem, type RunningServer } from "./server.ts";

/** TlsFiles are the contents, in PEM, that make the server speak TLS; with `ca` it asks clients for a certificate. */
export interface TlsFiles {
  readonly key: Buffer;
  readonly cert: Buffer;
  readonly ca?: Buffer;
}

export interface GrpcServerOptions {
  readonly mounts: readonly Mount[];
  readonly interceptors: readonly Interceptor[];
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly log: Logger;
  /** Whether the service can do its work now; grpc.health.v1 tells it. */
  readonly ready: () => boolean | Promise<boolean>;
  readonly tls?: TlsFiles;
}

/**
 * startGrpcServer opens the door for services, operators and other languages: every mount, health and
 * reflection over HTTP/2.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<RunningServer> {
  const { mounts, interceptors, host, log } = options;
  // grpc-js would print headers that it cannot read, tokens among them.
  setLogVerbosity(logVerbosity.NONE);
  const shutdown = new AbortController();
  const health = createHealth(mounts, options.ready);
  const all = [...mounts, health.mount];
  const server = new Server({ ...channelOptions, interceptors: [explainedStatus(log)] });
  for (const mount of [...all, ...reflectionServices(all)]) {
    const { definition, handlers } = grpcServiceOf(mount.spec, interceptors, shutdown.signal);
    server.addService(definition, handlers);
  }
  const port = await bind(server, host, options.port, credentialsOf(options.tls));
  return {
    port,
    async stop(graceMs) {
      health.stop();
      shutdown.abort(serverStopping());
      const timer = setTimeout(() => server.forceShutdown(), graceMs);
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      clearTimeout(timer);
    },
  };
}

const channelOptions = {
  "grpc.max_receive_message_length": limits.requestBytesMax,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  // Makes clients look up the replicas anew now and then; a stream of 15 minutes may still end in peace.
  "grpc.max_connection_age_ms": 10 * 60_000,
  "grpc.max_connection_age_grace_ms": 20 * 60_000,
  // grpc-js keeps the list of connections that forceShutdown cuts only while channelz is on.
  "grpc.enable_channelz": 1,
};

/**
 * explainedStatus gives the answers that grpc-js makes by itself (request too large, deadline passed,
 * broken framing) the code, sentence and details of our error model. They go past the interceptors of
 * grpc-js, so that the call's own method is replaced.
 */
function explainedStatus(log: Logger): ServerInterceptor {
  return (method, call) => {
    const send = call.sendStatus;
    let ended = false;
    call.sendStatus = (sent) => {
      // It may try to end a call again, with each further piece of a request that is too large.
      if (ended) return;
      ended = true;
      // What our adapter sends always has metadata, and what grpc-js makes up never has.
      if (sent.code === status.OK || sent.metadata) return send.call(call, sent);
      const error = explain(sent.code);
      log.info({ method: method.path, code: status[error.code] }, "call ended by the server");
      return send.call(call, grpcStatusOf(error));
    };
    // The wrapper class that the type asks for would only hand every call on.
    return call as ServerInterceptingCall;
  };
}

function explain(code: status): ConnectError {
  switch (code) {
    case status.RESOURCE_EXHAUSTED:
      return requestTooLarge();
    case status.DEADLINE_EXCEEDED:
      return deadlineExceeded();
    case status.CANCELLED:
      return callCancelled();
    default:
      return requestMalformed();
  }
}

function credentialsOf(tls: TlsFiles | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { private_key: tls.key, cert_chain: tls.cert };
  return ServerCredentials.createSsl(tls.ca ?? null, [pair], tls.ca !== undefined);
}

function bind(server: Server, host: string, port: number, credentials: ServerCredentials): Promise<number> {
  const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error) reject(bindProblem("gRPC", host, port, error));
      else resolve(bound);
    });
  });
}
