import type { MethodImplSpec, ServiceImplSpec, Interceptor } from "@connectrpc/connect";
import type { ServiceDefinition, UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { streamHandler } from "./grpc-stream.ts";
import { unaryHandler } from "./grpc-unary.ts";

/** GrpcService is what grpc-js takes: the paths of a service and a handler for each. */
export interface GrpcService {
  readonly definition: ServiceDefinition;
  readonly handlers: UntypedServiceImplementation;
}

/**
 * grpcServiceOf makes a Connect service and its interceptors ready for a grpc-js server, which carries
 * more than twice the calls of Connect's own gRPC server. Messages pass through grpc-js as bytes: the
 * adapter decodes them itself, after the caller is known, so that grpc-js answers nothing by itself that
 * our error model would say better.
 */
export function grpcServiceOf(
  spec: ServiceImplSpec,
  interceptors: readonly Interceptor[],
  shutdown: AbortSignal,
): GrpcService {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const handlers: Record<string, UntypedHandleCall> = {};
  for (const [name, method] of Object.entries(spec.methods)) {
    if (method.kind === "client_streaming")
      throw new Error(`${pathOf(method)}: a stream of requests alone is not served`);
    definition[name] = {
      path: pathOf(method),
      originalName: name,
      requestStream: method.kind === "bidi_streaming",
      responseStream: method.kind !== "unary",
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    };
    handlers[name] =
      method.kind === "unary" ? unaryHandler(method, interceptors) : streamHandler(method, interceptors, shutdown);
  }
  return { definition, handlers };
}

function pathOf({ method }: MethodImplSpec): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}
