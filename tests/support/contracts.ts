import { createFileRegistry, fromBinary, getExtension, toJson } from "@bufbuild/protobuf";
import {
  create,
  type DescField,
  type DescMessage,
  type DescMethod,
  type DescService,
  type FileRegistry,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, type FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { ServerReflection } from "@gittix/proto/grpc/reflection/v1/reflection";

/** Contracts are what a server says it serves. */
export interface Contracts {
  readonly services: readonly DescService[];
  /** The rules of a field as the contract writes them, such as `{ string: { uuid: true } }`; undefined for none. */
  rulesOf(field: DescField): Rules | undefined;
  /** The names of the rules that a message has beyond those of its fields. */
  messageRulesOf(message: DescMessage): readonly string[];
}

/** Rules are buf.validate's, as JSON. */
export interface Rules {
  readonly required?: boolean;
  readonly cel?: readonly { readonly id: string }[];
  readonly string?: Readonly<Record<string, string | number | boolean>>;
  readonly int32?: { readonly gte?: number; readonly lte?: number };
  readonly enum?: { readonly definedOnly?: boolean };
  readonly repeated?: { readonly minItems?: string; readonly maxItems?: string; readonly items?: Rules };
}

/** readContracts asks a server by reflection, as grpcurl does: a service that is new is found by itself. */
export async function readContracts(address: string): Promise<Contracts> {
  const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: `http://${address}` }));
  const answers = client.serverReflectionInfo(questions());
  const files = new Map<string, FileDescriptorProto>();
  let names: string[] = [];

  const ask = Promise.withResolvers<string[]>();
  async function* questions() {
    yield { messageRequest: { case: "listServices" as const, value: "" } };
    for (const value of await ask.promise) yield { messageRequest: { case: "fileContainingSymbol" as const, value } };
  }
  for await (const { messageResponse } of answers) {
    if (messageResponse.case === "listServicesResponse") {
      names = messageResponse.value.service.map(({ name }) => name).filter((name) => name.startsWith("gittix."));
      ask.resolve(names);
    } else if (messageResponse.case === "fileDescriptorResponse") {
      for (const bytes of messageResponse.value.fileDescriptorProto) {
        const file = fromBinary(FileDescriptorProtoSchema, bytes);
        files.set(file.name, file);
      }
    }
  }
  return contractsIn(createFileRegistry(create(FileDescriptorSetSchema, { file: inOrder(files) })), names);
}

function contractsIn(registry: FileRegistry, names: readonly string[]): Contracts {
  const read = (extension: string, options: Parameters<typeof getExtension>[0] | undefined): unknown => {
    const found = registry.getExtension(extension);
    if (!found?.message || !options) return {};
    return toJson(found.message, getExtension(options, found) as Parameters<typeof toJson>[1], { registry });
  };
  return {
    services: names.flatMap((name) => registry.getService(name) ?? []),
    rulesOf(field) {
      const rules = read("buf.validate.field", field.proto.options) as Rules;
      return Object.keys(rules).length === 0 ? undefined : rules;
    },
    messageRulesOf: (message) =>
      ((read("buf.validate.message", message.proto.options) as Rules).cel ?? []).map(({ id }) => id),
  };
}

/** A file comes after those that it imports. */
function inOrder(files: ReadonlyMap<string, FileDescriptorProto>): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const add = (name: string) => {
    const file = files.get(name);
    if (!file || ordered.has(file)) return;
    file.dependency.forEach(add);
    ordered.add(file);
  };
  for (const name of files.keys()) add(name);
  return [...ordered];
}

/** nameOf names a method as it stands in a path. */
export function nameOf(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}
