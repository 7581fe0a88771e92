import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { anyPack } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { StatusSchema } from "@gittix/proto/google/rpc/status";
import { Metadata, type StatusObject } from "@grpc/grpc-js";
import { withoutStack } from "../errors.ts";
import { copyToMetadata, headersOf } from "./grpc-metadata.ts";

/** The trailer in which every gRPC library carries the typed details of an error. */
const detailsHeader = "grpc-status-details-bin";

/** grpcStatusOf makes the status that a gRPC server sends for an error, its details included. */
export function grpcStatusOf(error: ConnectError, trailer?: Headers): StatusObject {
  const metadata = new Metadata();
  if (trailer) copyToMetadata(trailer, metadata);
  // What another service sent as headers beside its error is not ours to hand on.
  if (!error.isWireError) copyToMetadata(error.metadata, metadata);
  // A lone surrogate would make grpc-js throw while it encodes the sentence.
  const message = error.rawMessage.toWellFormed();
  if (error.details.length > 0) {
    const status = create(StatusSchema, {
      code: error.code,
      message,
      details: error.details.map((detail) =>
        "desc" in detail
          ? anyPack(detail.desc, create(detail.desc, detail.value))
          : { typeUrl: `type.googleapis.com/${detail.type}`, value: detail.value },
      ),
    });
    metadata.set(detailsHeader, Buffer.from(toBinary(StatusSchema, status)));
  }
  // Connect and gRPC number the codes alike.
  const code: number = error.code;
  return { code, details: message, metadata };
}

/** asConnectError is for a server without the error mapping; nothing of another kind of error goes out. */
export function asConnectError(error: unknown): ConnectError {
  return error instanceof ConnectError ? error : new ConnectError("internal error", Code.Internal);
}

/** connectErrorOf reads the error that a gRPC client received. */
export function connectErrorOf(status: StatusObject): ConnectError {
  const [encoded] = status.metadata.get(detailsHeader);
  const code = isCode(status.code) ? status.code : Code.Unknown;
  const error = withoutStack(() => new ConnectError(status.details, code, headersOf(status.metadata)));
  if (encoded instanceof Buffer) error.details = detailsIn(encoded);
  error.isWireError = true;
  return error;
}

function detailsIn(encoded: Buffer): ConnectError["details"] {
  try {
    return fromBinary(StatusSchema, encoded).details.map((any) => ({
      type: any.typeUrl.slice(any.typeUrl.lastIndexOf("/") + 1),
      value: any.value,
    }));
  } catch {
    // Details that cannot be read must not hide the error that they came with.
    return [];
  }
}

function isCode(code: number): code is Code {
  return code in Code;
}
