import { createHandlerContext, type Interceptor, type MethodImplSpec } from "@connectrpc/connect";
import { transformInvokeImplementation } from "@connectrpc/connect/protocol";
import type { ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import { decodeRequest, encode } from "./grpc-codec.ts";
import { headersOf, metadataOf } from "./grpc-metadata.ts";
import { grpcContextValues } from "./grpc-peer.ts";
import { asConnectError, grpcStatusOf } from "./grpc-status.ts";
import { endOf } from "./refusals.ts";

/** The streams that are served: those whose answer is a stream. No contract of ours has another. */
type StreamSpec = Extract<MethodImplSpec, { kind: "server_streaming" | "bidi_streaming" }>;
type StreamCall = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** streamHandler runs one streaming method, with back-pressure: a slow reader slows the handler down. */
export function streamHandler(spec: StreamSpec, interceptors: readonly Interceptor[], shutdown: AbortSignal) {
  const run = async (call: StreamCall) => {
    const deadline = Number(call.getDeadline());
    const remainingMs = () => (Number.isFinite(deadline) ? deadline - Date.now() : undefined);
    const cancel = new AbortController();
    call.once("cancelled", () => cancel.abort(endOf(remainingMs())));
    const timeoutMs = remainingMs();
    const context = createHandlerContext({
      service: spec.method.parent,
      method: spec.method,
      protocolName: "grpc",
      requestMethod: "POST",
      url: `http://${call.getHost()}${call.getPath()}`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      requestSignal: cancel.signal,
      shutdownSignal: shutdown,
      requestHeader: headersOf(call.metadata),
      contextValues: grpcContextValues(call),
    });
    const invoke = transformInvokeImplementation(spec, context, [...interceptors]);
    let started = false;
    const start = () => {
      if (!started) call.sendMetadata(metadataOf(context.responseHeader));
      started = true;
    };
    try {
      for await (const message of invoke(requestsOf(spec, call))) {
        start();
        if (cancel.signal.aborted) break;
        if (!call.write(encode(spec.method.output, message))) await drained(call);
      }
      start();
      call.end(metadataOf(context.responseTrailer));
    } catch (error) {
      call.emit("error", grpcStatusOf(asConnectError(error), context.responseTrailer));
    } finally {
      context.abort();
    }
  };
  return (call: StreamCall) => void run(call);
}

async function* requestsOf(spec: StreamSpec, call: StreamCall) {
  if ("request" in call) {
    yield decodeRequest(spec.method.input, call.request);
    return;
  }
  // A loop that ends early must not destroy the stream, on which the answer has yet to go out.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) yield decodeRequest(spec.method.input, bytes);
}

/** drained resolves when the stream takes more, or never will. */
function drained(call: StreamCall): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ["drain", "cancelled", "close"]) call.off(event, done);
      resolve();
    };
    for (const event of ["drain", "cancelled", "close"]) call.on(event, done);
    if (call.cancelled || call.destroyed) done();
  });
}
