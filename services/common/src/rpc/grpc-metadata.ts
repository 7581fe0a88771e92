import { Metadata } from "@grpc/grpc-js";

/** headersOf makes Headers of gRPC metadata; binary values become base64, as Connect has them. */
export function headersOf(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) headers.append(name, typeof value === "string" ? value : value.toString("base64"));
  }
  return headers;
}

/** copyToMetadata adds headers to gRPC metadata; base64 values of `-bin` names become bytes. */
export function copyToMetadata(headers: Headers, metadata: Metadata): void {
  for (const [name, value] of headers) {
    if (!name.endsWith("-bin")) metadata.add(name, value);
    else for (const part of value.split(",")) metadata.add(name, Buffer.from(part.trim(), "base64"));
  }
}

/** metadataOf makes gRPC metadata of headers. */
export function metadataOf(headers: Headers): Metadata {
  const metadata = new Metadata();
  copyToMetadata(headers, metadata);
  return metadata;
}
