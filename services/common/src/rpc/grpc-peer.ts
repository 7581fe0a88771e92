import { createContextValues, type ContextValues } from "@connectrpc/connect";
import type { Deadline, Metadata } from "@grpc/grpc-js";
import { peerKey } from "./peer.ts";

/** grpcContextValues begins a gRPC call's context values with its peer. */
export function grpcContextValues(call: {
  readonly metadata: Metadata;
  getPeer(): string;
  getDeadline(): Deadline;
}): ContextValues {
  const { metadata } = call;
  return createContextValues().set(peerKey, {
    get address() {
      return addressOf(call.getPeer());
    },
    browser: false,
    get deadlineAt() {
      const deadline = Number(call.getDeadline());
      return Number.isFinite(deadline) ? deadline : undefined;
    },
    header: (name) => {
      const [value] = metadata.get(name);
      return typeof value === "string" ? value : undefined;
    },
  });
}

/** `127.0.0.1:4711` and `::1:4711` without their ports. */
function addressOf(peer: string): string | undefined {
  if (peer === "unknown") return undefined;
  const colon = peer.lastIndexOf(":");
  return colon < 0 ? peer : peer.slice(0, colon);
}
