import { fromJson, type DescMethod, type DescService, type JsonValue, type Message } from "@bufbuild/protobuf";
import { ConnectError, createClient, type CallOptions, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { createRpcClient } from "@gittix/common/rpc/client";
import { answered, outcomeOf, type Outcome } from "./outcome.ts";

/** DoorName is a protocol that the mesh is spoken to in. */
export type DoorName = "gRPC" | "Connect JSON" | "gRPC-Web";

/** Doors are the ways into a mesh, each through a client library that people use. */
export interface Doors {
  call(door: DoorName, method: DescMethod, request: Message, headers: Record<string, string>): Promise<Outcome>;
  close(): void;
}

/** openDoors reaches services by gRPC where `addressOf` says, and by the browser's protocols through the edge. */
export function openDoors(edgeUrl: string, addressOf: (service: DescService) => string): Doors {
  // By its address, since a name may first be tried where nobody listens.
  const options = { baseUrl: edgeUrl.replace("localhost", "127.0.0.1") };
  const connect = createConnectTransport({ ...options, useBinaryFormat: false });
  const grpcWeb = createGrpcWebTransport(options);
  const opened = new Map<DescService, { readonly client: object; close(): void }>();
  const overGrpc = (service: DescService) => {
    const known = opened.get(service) ?? createRpcClient(service, { address: addressOf(service), deadlineMs: 15_000 });
    opened.set(service, known);
    return known.client;
  };
  const over = (transport: Transport) => (service: DescService) => createClient(service, transport);
  const clients = { gRPC: overGrpc, "Connect JSON": over(connect), "gRPC-Web": over(grpcWeb) };

  return {
    async call(door, method, request, headers) {
      try {
        await invoke(clients[door](method.parent), method, request, { headers });
        return answered;
      } catch (error) {
        return outcomeOf(ConnectError.from(error));
      }
    },
    close: () => opened.forEach(({ close }) => close()),
  };
}

/** requestOf makes a request from its JSON form. */
export function requestOf(method: DescMethod, json: JsonValue): Message {
  return fromJson(method.input, json);
}

/** One answer is enough of a stream. */
async function invoke(client: object, method: DescMethod, request: Message, options: CallOptions): Promise<void> {
  const call = Reflect.get(client, method.localName) as (
    request: Message,
    options: CallOptions,
  ) => Promise<Message> | AsyncIterable<Message>;
  const answer = call(request, options);
  if (answer instanceof Promise) await answer;
  else for await (const _ of answer) break;
}
