import { fromBinary, toBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { requestMalformed } from "./refusals.ts";

/** decodeRequest reads a request; bytes that are not the method's message are the caller's mistake. */
export function decodeRequest<Desc extends DescMessage>(desc: Desc, bytes: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(desc, bytes);
  } catch (cause) {
    throw requestMalformed(cause);
  }
}

/** encode writes a message into the Buffer that grpc-js wants, without copying it. */
export function encode<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): Buffer {
  const bytes = toBinary(desc, message);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
