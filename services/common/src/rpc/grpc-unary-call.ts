import type { DescMessage, DescMethodUnary, DescService, MessageShape } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext, MethodImplSpec, UnaryRequest, UnaryResponse } from "@connectrpc/connect";
import type { ServerUnaryCall } from "@grpc/grpc-js";
import { decodeRequest } from "./grpc-codec.ts";
import { headersOf } from "./grpc-metadata.ts";
import { grpcContextValues } from "./grpc-peer.ts";
import { endOf } from "./refusals.ts";

export type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** UnaryCall is both the request that interceptors see and the context that a handler sees. */
export class UnaryCall implements UnaryRequest, HandlerContext {
  readonly stream = false;
  readonly requestMethod = "POST";
  readonly protocolName = "grpc";
  readonly method: DescMethodUnary;
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
export class UnaryAnswer implements UnaryResponse {
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
