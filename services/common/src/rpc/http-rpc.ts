import type { IncomingMessage, ServerResponse } from "node:http";
import {
  Code,
  ConnectError,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type UnaryRequest,
} from "@connectrpc/connect";
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";
import { createUniversalMethodHandler, type UniversalHandler } from "@connectrpc/connect/protocol";
import { createHandlerFactory as connectProtocol } from "@connectrpc/connect/protocol-connect";
import { createHandlerFactory as grpcWebProtocol } from "@connectrpc/connect/protocol-grpc-web";
import { reasonOf } from "../errors.ts";
import { readBody } from "./http-body.ts";
import { limits } from "./limits.ts";
import type { Mount } from "./mount.ts";
import { peerKey, type Peer } from "./peer.ts";
import { requestMalformed, requestTooLarge } from "./refusals.ts";

/** RpcEndpoint answers one call over HTTP. */
export type RpcEndpoint = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** rpcEndpoints serves mounts over Connect and gRPC-Web, by path. */
export function rpcEndpoints(
  mounts: readonly Mount[],
  interceptors: readonly Interceptor[],
  shutdown: AbortSignal,
): ReadonlyMap<string, RpcEndpoint> {
  const options = {
    interceptors: [noteBegin, ...interceptors],
    requestGate: gate,
    readMaxBytes: limits.requestBytesMax,
    maxTimeoutMs: limits.deadlineMaxMs,
    shutdownSignal: shutdown,
    // Unknown JSON fields are ignored like unknown fields of the binary format, so that clients may be newer.
    jsonOptions: { ignoreUnknownFields: true },
  };
  const protocols = [connectProtocol(options), grpcWebProtocol(options)];
  const endpoints = new Map<string, RpcEndpoint>();
  for (const mount of mounts) {
    for (const spec of Object.values(mount.spec.methods)) {
      const handler = createUniversalMethodHandler(spec, protocols);
      endpoints.set(handler.requestPath, endpointOf(spec, handler, interceptors));
    }
  }
  return endpoints;
}

/** Progress is what is noted about a call on its way through Connect. */
interface Progress {
  context?: HandlerContext;
  /** True once the interceptors have the call; from there on its errors are theirs. */
  begun?: boolean;
  refusal?: ConnectError;
}

const progressKey = createContextKey<Progress>({}, { description: "progress" });

/**
 * Connect reads and decodes a unary request before the interceptors run, and answers a bad one in words of
 * its own. Such a call is answered a second time: the interceptors are given the refusal as they are on the
 * gRPC server, and Connect, stopped at its gate, puts it in the protocol that the client speaks.
 */
function endpointOf(
  spec: MethodImplSpec,
  handler: UniversalHandler,
  interceptors: readonly Interceptor[],
): RpcEndpoint {
  return async (request, response) => {
    const progress: Progress = {};
    const contextValues = createContextValues().set(peerKey, peerOf(request)).set(progressKey, progress);
    const call = {
      ...universalRequestFromNodeRequest(request, response, undefined, contextValues),
      body: bodyOf(request),
    };
    let answer = await handler(call);
    if (progress.context && !progress.begun) {
      progress.refusal = await refusalOf(spec, progress.context, interceptors);
      answer = await handler(call);
    }
    await universalResponseToNodeResponse(answer, response);
  };
}

function gate(context: HandlerContext): void {
  const progress = context.values.get(progressKey);
  progress.context = context;
  if (progress.refusal) throw progress.refusal;
}

const noteBegin: Interceptor = (next) => (request) => {
  request.contextValues.get(progressKey).begun = true;
  return next(request);
};

/** refusalOf runs the interceptors on a call that cannot be read, so that it is logged and its caller checked. */
async function refusalOf(
  spec: MethodImplSpec,
  context: HandlerContext,
  interceptors: readonly Interceptor[],
): Promise<ConnectError> {
  const refusal = explain(context.signal.reason);
  if (spec.kind !== "unary") return refusal;
  const request: UnaryRequest = {
    stream: false,
    method: spec.method,
    service: spec.method.parent,
    requestMethod: context.requestMethod,
    url: context.url,
    header: context.requestHeader,
    contextValues: context.values,
    signal: new AbortController().signal,
    get message(): never {
      throw refusal;
    },
  };
  const refuse: Parameters<Interceptor>[0] = () => Promise.reject(refusal);
  try {
    await interceptors.reduceRight((next, interceptor) => interceptor(next), refuse)(request);
  } catch (error) {
    if (error instanceof ConnectError) return error;
  }
  return refusal;
}

function explain(problem: unknown): ConnectError {
  if (problem instanceof ConnectError && reasonOf(problem)) return problem;
  const tooLarge = problem instanceof ConnectError && problem.code === Code.ResourceExhausted;
  return tooLarge ? requestTooLarge() : requestMalformed(problem);
}

async function* bodyOf(request: IncomingMessage) {
  // A message of a stream, or of gRPC-Web, comes with five more bytes around it.
  yield await readBody(request, limits.requestBytesMax + 5);
}

function peerOf(request: IncomingMessage): Peer {
  const { headers, socket } = request;
  const one = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return {
    // Only the edge reaches this server, and it replaces what a client claims here.
    address: one("x-forwarded-for")?.split(",", 1)[0]?.trim() || socket.remoteAddress,
    browser: true,
    deadlineAt: deadlineIn(one("connect-timeout-ms")),
    header: one,
  };
}

function deadlineIn(timeoutMs: string | undefined): number | undefined {
  return timeoutMs !== undefined && /^\d{1,10}$/.test(timeoutMs) ? Date.now() + Number(timeoutMs) : undefined;
}
