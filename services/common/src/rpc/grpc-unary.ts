import { create } from "@bufbuild/protobuf";
import type { Interceptor, StreamRequest, UnaryRequest, UnaryResponse } from "@connectrpc/connect";
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, StatusObject } from "@grpc/grpc-js";
import { encode } from "./grpc-codec.ts";
import { metadataOf } from "./grpc-metadata.ts";
import { asConnectError, grpcStatusOf } from "./grpc-status.ts";
import { UnaryAnswer, UnaryCall, type UnarySpec } from "./grpc-unary-call.ts";

/**
 * unaryHandler runs one unary method. This is the path that every call between services takes: the
 * interceptors are composed once, and what most calls never look at (headers, abort signal) is made when asked for.
 */
export function unaryHandler(spec: UnarySpec, interceptors: readonly Interceptor[]): handleUnaryCall<Buffer, Buffer> {
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
