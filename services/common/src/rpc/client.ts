import type { DescMethodServerStreaming, DescMethodUnary, DescService } from "@bufbuild/protobuf";
import { create, fromBinary, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { makeAnyClient, type CallOptions, type Client } from "@connectrpc/connect";
import { Client as GrpcClient, type ClientReadableStream, type ServiceError } from "@grpc/grpc-js";
import { assertOutsideTransaction } from "../database/transaction-scope.ts";
import { callContext } from "../context.ts";
import type { ServiceTokenSource } from "../identity/service-tokens.ts";
import { channelOptions, credentialsOf, targetOf, type ClientTls } from "./client-channel.ts";
import { receivedError } from "./client-errors.ts";
import { createMetadata } from "./client-metadata.ts";
import { callUnary } from "./client-unary.ts";
import { encode } from "./grpc-codec.ts";
import { headersOf } from "./grpc-metadata.ts";

export interface RpcClientOptions {
  /** `host:port`; a name that stands for several replicas is balanced over all of them. */
  readonly address: string;
  /** Proves to the other side which service calls. */
  readonly serviceToken?: ServiceTokenSource;
  /** The longest that a call may take, unless the call itself says otherwise. */
  readonly deadlineMs?: number;
  /** True to hand the user's own token on, so that the other side sees the user too. */
  readonly onBehalfOfUser?: boolean;
  readonly tls?: ClientTls;
}

/** RpcClient is a client and the way to close it. */
export interface RpcClient<S extends DescService> {
  readonly client: Client<S>;
  close(): void;
}

/** A stream ends by itself after 15 minutes; this is the net under that. */
const streamDeadlineMs = 16 * 60_000;

/**
 * createRpcClient makes a client of another service: Connect's promises and types over grpc-js' own client,
 * which carries a third more calls than it does behind a Connect transport. It refuses to call inside a
 * database transaction.
 */
export function createRpcClient<S extends DescService>(service: S, options: RpcClientOptions): RpcClient<S> {
  const { address, deadlineMs = 3000, tls } = options;
  const grpc = new GrpcClient(targetOf(address), credentialsOf(tls), channelOptions(service));
  const channel = grpc.getChannel();
  const metadataOf = createMetadata(options);

  const unary = <I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>) => {
    const path = `/${service.typeName}/${method.name}`;
    return async (request: MessageInitShape<I>, callOptions: CallOptions = {}): Promise<MessageShape<O>> => {
      assertOutsideTransaction(`Calling ${path}`);
      const bytes = encode(method.input, create(method.input, request));
      const metadata = await metadataOf(callOptions.headers);
      const deadline = deadlineOf(callOptions.timeoutMs ?? deadlineMs);
      return fromBinary(method.output, await callUnary(channel, path, bytes, metadata, deadline, callOptions));
    };
  };

  const stream = <I extends DescMessage, O extends DescMessage>(method: DescMethodServerStreaming<I, O>) => {
    const path = `/${service.typeName}/${method.name}`;
    const decode = (bytes: Buffer): MessageShape<O> => fromBinary(method.output, bytes);
    return async function* (request: MessageInitShape<I>, callOptions: CallOptions = {}) {
      assertOutsideTransaction(`Calling ${path}`);
      const bytes = encode(method.input, create(method.input, request));
      const metadata = await metadataOf(callOptions.headers);
      const deadline = deadlineOf(callOptions.timeoutMs ?? streamDeadlineMs);
      const call = grpc.makeServerStreamRequest(path, asIs, decode, bytes, metadata, { deadline });
      const release = attach(call, callOptions);
      try {
        yield* messagesOf<MessageShape<O>>(call);
      } catch (error) {
        throw isServiceError(error) ? receivedError(error) : error;
      } finally {
        release();
        call.cancel();
      }
    };
  };

  const client = makeAnyClient(service, (method) => {
    if (method.methodKind === "unary") return unary(method);
    return method.methodKind === "server_streaming" ? stream(method) : null;
  });
  // makeAnyClient knows the methods by name only; Connect's own createClient asserts the same.
  return { client: client as Client<S>, close: () => grpc.close() };
}

/** The call's own deadline, or what remains of the call that it serves: nobody waits for it any longer. */
function deadlineOf(timeoutMs: number): number {
  const own = timeoutMs > 0 ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY;
  return Math.min(own, callContext()?.deadlineAt ?? Number.POSITIVE_INFINITY);
}

/** Ties a call to the caller's signal and callbacks; gives what unties it. */
function attach(call: ClientReadableStream<unknown>, options: CallOptions): () => void {
  const { signal, onHeader, onTrailer } = options;
  if (onHeader) call.on("metadata", (metadata) => onHeader(headersOf(metadata)));
  if (onTrailer) call.on("status", (status) => onTrailer(headersOf(status.metadata)));
  if (!signal) return () => {};
  const cancel = () => call.cancel();
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel);
  return () => signal.removeEventListener("abort", cancel);
}

async function* messagesOf<T>(call: ClientReadableStream<T>): AsyncGenerator<T> {
  for await (const message of call) yield message;
}

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
