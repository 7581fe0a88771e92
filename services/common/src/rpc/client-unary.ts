import type { CallOptions } from "@connectrpc/connect";
import { status as Status, type ChannelInterface, type Metadata, type StatusObject } from "@grpc/grpc-js";
import { receivedError } from "./client-errors.ts";
import { headersOf } from "./grpc-metadata.ts";

/**
 * callUnary makes one call, straight on the channel. grpc-js' Client on top of it would build two stacks and
 * an Error for every refusal, which costs more than the refused call itself.
 */
export function callUnary(
  channel: ChannelInterface,
  path: string,
  request: Buffer,
  metadata: Metadata,
  deadline: number,
  options: CallOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const call = channel.createCall(path, deadline, null, null, null);
    const { signal, onHeader, onTrailer } = options;
    const cancel = () => call.cancelWithStatus(Status.CANCELLED, "cancelled by the caller");
    let answer: Buffer | undefined;

    const settle = (received: StatusObject) => {
      signal?.removeEventListener("abort", cancel);
      onTrailer?.(headersOf(received.metadata));
      if (received.code !== Status.OK) reject(receivedError(received));
      else if (answer === undefined) reject(new Error(`${path} answered with nothing`));
      else resolve(answer);
    };
    call.start(metadata, {
      onReceiveMetadata: (header) => onHeader?.(headersOf(header)),
      onReceiveMessage: (message: Buffer) => (answer = message),
      onReceiveStatus: settle,
    });
    call.startRead();
    call.sendMessageWithContext({}, request);
    call.halfClose();

    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel);
  });
}
