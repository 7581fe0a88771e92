import { create, type DescMessage, type DescMethodUnary, type DescService, type MessageShape } from "@bufbuild/protobuf";
import {
  type ConnectError,
  type ContextValues,
  type HandlerContext,
  type Interceptor,
  type MethodImplSpec,
  type StreamRequest,
  type UnaryRequest,
  type UnaryResponse,
} from "@connectrpc/connect";
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, StatusObject } from "@grpc/grpc-js";
import { decodeRequest, encode } from "./grpc-codec.ts";
import { headersOf, metadataOf } from "./grpc-metadata.ts";
import { grpcContextValues } from "./grpc-peer.ts";
import { callCancelled, deadlineExceeded } from "./refusals.ts";
import { asConnectError, grpcStatusOf } from "./grpc-status.ts";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/**
 * unaryHandler runs one unary method. This is the path that every call between services takes: the
 * interceptors are composed once, and what most calls never look at (headers, abort signal) is made when asked for.
 */
export function unaryHandler(
  spec: UnarySpec,
  interceptors: readonly Interceptor[],
): handleUnaryCall<Buffer, Buffer> {
  const run = async (request: UnaryRequest | StreamRequest): Promise<UnaryResponse> => {
    if (!(request instanceof UnaryCall)) throw new Error("an interceptor must hand its request on as it is");
    const message = create(spec.method.output, await spec.impl(request.message, request));
    return new UnaryAnswer(request, message);
  };
  const chain = interceptors.reduceRight<Parameters<Interceptor>[0]>((next, interceptor) => interceptor(next), run);

  const answer = async (grpcCall: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
    const call = new UnaryCall(spec.method, grpcCall);
    let bytes: Buffer | null = null;
    let status: StatusObject | null = null;
    try {
      const response = await chain(call);
      if (response.stream) throw new Error(`${spec.method.name} answered with a stream`);
      bytes = encode(spec.method.output, response.message);
    } catch (error) {
      status = grpcStatusOf(asConnectError(error), call.answerTrailer);
    }
    if (call.answerHeader) grpcCall.sendMetadata(metadataOf(call.answerHeader));
    if (status) callback(status);
    else callback(null, bytes, call.answerTrailer && metadataOf(call.answerTrailer));
  };
  return (grpcCall, callback) => void answer(grpcCall, callback);
}

/** UnaryCall is both the request that interceptors see and the context that a handler sees. */
class UnaryCall implements UnaryRequest, HandlerContext {
  readonly stream = false;
  readonly requestMethod = "POST";
  readonly protocolName = "grpc";
  readonly method: DescMethodUnary<DescMessage, DescMessage>;
  readonly contextValues: ContextValues;
  answerHeader: Headers | undefined;
  answerTrailer: Headers | undefined;
  readonly #call: ServerUnaryCall<Buffer, Buffer>;
  #message: MessageShape<DescMessage> | undefined;
  #header: Headers | undefined;
  #abort: AbortController | undefined;

  constructor(method: UnarySpec["method"], call: ServerUnaryCall<Buffer, Buffer>) {
    this.method = method;
    this.contextValues = grpcContextValues(call);
    this.#call = call;
  }

  get service(): DescService {
    return this.method.parent;
  }

  /** The request, decoded when first asked for: after authentication, and inside logging and error mapping. */
  get message(): MessageShape<DescMessage> {
    return (this.#message ??= decodeRequest(this.method.input, this.#call.request));
  }

  get url(): string {
    return `http://${this.#call.getHost()}${this.#call.getPath()}`;
  }

  get header(): Headers {
    return (this.#header ??= headersOf(this.#call.metadata));
  }

  get requestHeader(): Headers {
    return this.header;
  }

  get responseHeader(): Headers {
    return (this.answerHeader ??= new Headers());
  }

  get responseTrailer(): Headers {
    return (this.answerTrailer ??= new Headers());
  }

  get values(): ContextValues {
    return this.contextValues;
  }

  get signal(): AbortSignal {
    return (this.#abort ??= this.#watchForEnd()).signal;
  }

  timeoutMs = (): number | undefined => {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  };

  #watchForEnd(): AbortController {
    const controller = new AbortController();
    const end = () => controller.abort(endOf(this.timeoutMs()));
    if (this.#call.cancelled) end();
    else this.#call.once("cancelled", end);
    return controller;
  }
}

/** UnaryAnswer is the response that interceptors see; its headers, too, are made when asked for. */
class UnaryAnswer implements UnaryResponse {
  readonly stream = false;
  readonly message: MessageShape<DescMessage>;
  readonly #call: UnaryCall;

  constructor(call: UnaryCall, message: MessageShape<DescMessage>) {
    this.#call = call;
    this.message = message;
  }

  get service(): DescService {
    return this.#call.service;
  }

  get method(): UnarySpec["method"] {
    return this.#call.method;
  }

  get header(): Headers {
    return this.#call.responseHeader;
  }

  get trailer(): Headers {
    return this.#call.responseTrailer;
  }
}

/** endOf says why a call ended before its answer. */
export function endOf(remainingMs: number | undefined): ConnectError {
  return remainingMs !== undefined && remainingMs <= 0
    ? deadlineExceeded()
    : callCancelled();
}
