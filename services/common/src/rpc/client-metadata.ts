import type { CallOptions } from "@connectrpc/connect";
import { Metadata } from "@grpc/grpc-js";
import { callContext } from "../context.ts";
import type { ServiceTokenSource } from "../identity/service-tokens.ts";
import { copyToMetadata } from "./grpc-metadata.ts";
import { bearerToken } from "./interceptors/credentials.ts";

/** createMetadata makes what every call of a client carries: request id, trace, and who calls for whom. */
export function createMetadata(options: {
  readonly serviceToken?: ServiceTokenSource;
  readonly onBehalfOfUser?: boolean;
}): (headers: CallOptions["headers"]) => Metadata | Promise<Metadata> {
  const { serviceToken, onBehalfOfUser = false } = options;
  return (headers) => {
    const metadata = new Metadata();
    const context = callContext();
    if (context) {
      metadata.set("x-request-id", context.requestId);
      if (context.traceParent !== "") metadata.set("traceparent", context.traceParent);
      const userToken = onBehalfOfUser && context.authorization ? bearerToken(context.authorization) : undefined;
      if (userToken !== undefined) metadata.set("authorization", `Bearer ${userToken}`);
    }
    if (headers) copyToMetadata(new Headers(headers), metadata);
    const token = serviceToken?.();
    if (token === undefined) return metadata;
    if (typeof token === "string") return withToken(metadata, token);
    return token.then((signed) => withToken(metadata, signed));
  };
}

function withToken(metadata: Metadata, token: string): Metadata {
  metadata.set("x-service-authorization", `Bearer ${token}`);
  return metadata;
}
