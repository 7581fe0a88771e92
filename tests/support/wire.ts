import { once } from "node:events";
import { connect } from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { StatusSchema } from "@gittix/proto/google/rpc/status";
import { answered, outcomeOf, type Outcome } from "./outcome.ts";

// What no client library would send: bytes and content types of our own choice, in each protocol.

/** Answer is a reply as it came: the HTTP status, and what the protocol says of the call. */
export interface Answer {
  readonly status: number;
  readonly outcome: Outcome;
}

/** postConnect sends a body to a path in Connect's unary protocol. */
export async function postConnect(
  url: string,
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
  const text = await response.text();
  if (response.ok) return { status: response.status, outcome: answered };
  const isError = response.headers.get("content-type") === "application/json";
  const json = isError ? (JSON.parse(text) as ConnectAnswer) : {};
  const error = new ConnectError(json.message ?? "", codes.get(json.code ?? "") ?? Code.Unknown);
  error.details = (json.details ?? []).map(({ type, value }) => ({ type, value: Buffer.from(value, "base64") }));
  return { status: response.status, outcome: outcomeOf(error) };
}

/** postGrpcWeb sends a frame to a path in gRPC-Web. */
export async function postGrpcWeb(
  url: string,
  frame: Buffer<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    body: frame,
    headers: { "content-type": "application/grpc-web+proto", "x-grpc-web": "1", ...headers },
  });
  const body = Buffer.from(await response.arrayBuffer());
  const end = body[0] === 0x80 ? body.subarray(5).toString() : "";
  const trailers = new Map(
    end
      .split("\r\n")
      .map((line): [string, string] => [line.split(":")[0] ?? "", line.slice(line.indexOf(":") + 1).trim()]),
  );
  return {
    status: response.status,
    outcome: grpcOutcome((name) => trailers.get(name) ?? response.headers.get(name) ?? undefined),
  };
}

/** postGrpc sends a frame to a path in gRPC. */
export async function postGrpc(
  address: string,
  path: string,
  frame: Buffer<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const session = connect(`http://${address}`);
  try {
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    let found: Record<string, unknown> = {};
    const note = (received: object) => void (found = { ...found, ...received });
    stream.on("response", note).on("trailers", note).resume();
    stream.end(frame);
    await once(stream, "close");
    const text = (name: string) => (typeof found[name] === "string" ? found[name] : undefined);
    return { status: Number(found[":status"]), outcome: grpcOutcome(text) };
  } finally {
    session.close();
  }
}

/** frameOf puts a message, compressed with gzip or not, into the frame in which gRPC and gRPC-Web carry it. */
export function frameOf(message: Uint8Array, compressed = false): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed ? 1 : 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

interface ConnectAnswer {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly type: string; readonly value: string }[];
}

function grpcOutcome(header: (name: string) => string | undefined): Outcome {
  const code = Number(header("grpc-status") ?? Code.Unknown);
  if (code === 0) return answered;
  const error = new ConnectError(decodeURIComponent(header("grpc-message") ?? ""), code);
  const details = header("grpc-status-details-bin");
  if (details !== undefined) {
    error.details = fromBinary(StatusSchema, Buffer.from(details, "base64")).details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf("/") + 1),
      value,
    }));
  }
  return outcomeOf(error);
}

/** Connect writes codes in snake case. */
const codes = new Map(
  Object.entries(Code).flatMap(([name, code]): [string, Code][] =>
    typeof code === "number" ? [[name.replaceAll(/(?<=.)[A-Z]/g, (capital) => `_${capital}`).toLowerCase(), code]] : [],
  ),
);
