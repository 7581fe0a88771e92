import {
  toBinary,
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { file_gittix_errors_v1_error_reason } from "@gittix/proto/errors/v1/error_reason";
import { file_google_rpc_error_details } from "@gittix/proto/google/rpc/error_details";
import { file_google_rpc_status } from "@gittix/proto/google/rpc/status";
import { ServerReflection, type ServerReflectionRequest } from "@gittix/proto/grpc/reflection/v1/reflection";
import {
  ServerReflection as ServerReflectionAlpha,
  type ServerReflectionRequest as ServerReflectionRequestAlpha,
} from "@gittix/proto/grpc/reflection/v1alpha/reflection";
import { internalService, type Mount } from "./mount.ts";

/**
 * reflectionServices let grpcurl and its like ask a server for its contracts: both versions of the
 * protocol, answered from the generated descriptors with everything that they import.
 */
export function reflectionServices(mounts: readonly Mount[]): readonly Mount[] {
  const services = [...mounts.map((mount) => mount.spec.service), ServerReflection, ServerReflectionAlpha];
  const index = indexOf([...services.map((service) => service.file), ...errorFiles]);
  const names = services.map((service) => service.typeName).sort();

  // Both versions have the same fields, so that one answer serves for both.
  async function* answer(requests: AsyncIterable<ReflectionRequest>) {
    for await (const request of requests) {
      yield {
        validHost: request.host,
        originalRequest: { host: request.host, messageRequest: plain(request.messageRequest) },
        messageResponse: answerTo(request.messageRequest, names, index),
      };
    }
  }
  return [
    internalService(ServerReflection, { serverReflectionInfo: answer }),
    internalService(ServerReflectionAlpha, { serverReflectionInfo: answer }),
  ];
}

/** No service imports them, yet a client needs them to read the details of an error. */
const errorFiles = [file_google_rpc_error_details, file_google_rpc_status, file_gittix_errors_v1_error_reason];

type ReflectionRequest = Pick<ServerReflectionRequest | ServerReflectionRequestAlpha, "host" | "messageRequest">;

/** Index finds files by what they hold. */
interface Index {
  readonly byName: ReadonlyMap<string, DescFile>;
  readonly bySymbol: ReadonlyMap<string, DescFile>;
  readonly messages: ReadonlySet<string>;
  readonly extensions: readonly DescExtension[];
}

/** A message inside would carry the name of its version. */
function plain(query: ReflectionRequest["messageRequest"]) {
  if (query.case !== "fileContainingExtension") return query;
  const { containingType, extensionNumber } = query.value;
  return { case: query.case, value: { containingType, extensionNumber } };
}

function answerTo(query: ReflectionRequest["messageRequest"], names: readonly string[], index: Index) {
  switch (query.case) {
    case "listServices":
      return { case: "listServicesResponse" as const, value: { service: names.map((name) => ({ name })) } };
    case "fileByFilename":
      return files(index.byName.get(query.value), query.value);
    case "fileContainingSymbol":
      return files(index.bySymbol.get(query.value), query.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = query.value;
      const found = extensionsOf(index, containingType).find((extension) => extension.number === extensionNumber);
      return files(found?.file, `${containingType} ${extensionNumber}`);
    }
    case "allExtensionNumbersOfType": {
      if (!index.messages.has(query.value)) return notFound(query.value);
      const numbers = extensionsOf(index, query.value).map((extension) => extension.number);
      const value = { baseTypeName: query.value, extensionNumber: numbers };
      return { case: "allExtensionNumbersResponse" as const, value };
    }
    case undefined:
      return {
        case: "errorResponse" as const,
        value: { errorCode: Code.InvalidArgument, errorMessage: "Ask for something." },
      };
    default:
      return query satisfies never;
  }
}

/** The file and all that it imports, itself first: a client then needs no further question. */
function files(file: DescFile | undefined, name: string) {
  if (!file) return notFound(name);
  const value = {
    fileDescriptorProto: withImports([file]).map((each) => toBinary(FileDescriptorProtoSchema, each.proto)),
  };
  return { case: "fileDescriptorResponse" as const, value };
}

function notFound(name: string) {
  return {
    case: "errorResponse" as const,
    value: { errorCode: Code.NotFound, errorMessage: `${name} is not known here.` },
  };
}

function withImports(roots: readonly DescFile[]): DescFile[] {
  // A Set is read while it grows, so that every import is reached, and each one once.
  const found = new Set(roots);
  for (const file of found) for (const dependency of file.dependencies) found.add(dependency);
  return [...found];
}

function extensionsOf(index: Index, typeName: string): DescExtension[] {
  return index.extensions.filter((extension) => extension.extendee.typeName === typeName);
}

function indexOf(roots: readonly DescFile[]): Index {
  const byName = new Map<string, DescFile>();
  const bySymbol = new Map<string, DescFile>();
  const messages = new Set<string>();
  const extensions: DescExtension[] = [];
  for (const file of withImports(roots)) {
    byName.set(file.proto.name, file);
    for (const type of nestedTypes(file)) {
      bySymbol.set(type.typeName, file);
      if (type.kind === "extension") extensions.push(type);
      else for (const member of membersOf(type)) bySymbol.set(`${type.typeName}.${member}`, file);
      if (type.kind === "message") messages.add(type.typeName);
    }
  }
  return { byName, bySymbol, messages, extensions };
}

function membersOf(type: DescMessage | DescEnum | DescService): string[] {
  switch (type.kind) {
    case "message":
      return [...type.fields, ...type.oneofs].map((member) => member.name);
    case "service":
      return type.methods.map((method) => method.name);
    case "enum":
      return type.values.map((value) => value.name);
    default:
      return type satisfies never;
  }
}
