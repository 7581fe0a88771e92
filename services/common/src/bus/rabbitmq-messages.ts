import type { Message, Options, XDeath } from "amqplib";
import type { BusMessage, ParkedMessage } from "./bus.ts";

/** propertiesOf is how a message travels: on disk, and readable without its body. */
export function propertiesOf(message: BusMessage): Options.Publish {
  return {
    persistent: true,
    mandatory: true,
    messageId: message.id,
    type: message.type,
    contentType: "application/x-protobuf",
  };
}

/** bodyOf is the message's bytes as amqplib wants them, not copied. */
export function bodyOf({ body }: BusMessage): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** readMessage reads a message, from us or from a publisher in another language. */
export function readMessage(message: Message): BusMessage {
  const { messageId, type } = message.properties;
  return {
    id: textOr(messageId, ""),
    // A message that has waited arrives under its queue's name; the first routing key is the type.
    type: textOr(type, deathsOf(message).at(-1)?.["routing-keys"][0] ?? message.fields.routingKey),
    body: new Uint8Array(message.content),
  };
}

/** attemptOf counts the deliveries of a message, this one included. */
export function attemptOf(message: Message): number {
  return numberOr(message.properties.headers?.["x-delivery-count"], 0) + 1;
}

/** Failure is what is kept beside a parked message. */
export interface Failure {
  readonly queue: string;
  readonly error: string;
  readonly attempts: number;
  readonly parkedAt: Date;
}

/** headersOf writes a failure into a parked message's headers. */
export function headersOf(failure: Failure): Record<string, string | number> {
  return {
    "gittix-queue": failure.queue,
    "gittix-error": failure.error,
    "gittix-attempts": failure.attempts,
    "gittix-parked-at": failure.parkedAt.toISOString(),
  };
}

/** readParked reads a parked message: parked by us, with the error, or by the broker, which knows none. */
export function readParked(message: Message, queue: string): ParkedMessage {
  const headers = message.properties.headers ?? {};
  const [death] = deathsOf(message);
  const parkedAt = textOr(headers["gittix-parked-at"], "");
  return {
    ...readMessage(message),
    queue: textOr(headers["gittix-queue"], death?.queue ?? queue),
    error: textOr(
      headers["gittix-error"],
      "The broker gave up: the message was delivered too often without an answer.",
    ),
    attempts: numberOr(headers["gittix-attempts"], numberOr(headers["x-delivery-count"], 0)),
    parkedAt: parkedAt === "" ? new Date((death?.time.value ?? 0) * 1000) : new Date(parkedAt),
  };
}

/** What moved the message from queue to queue, the latest first. */
function deathsOf(message: Message): readonly XDeath[] {
  return message.properties.headers?.["x-death"] ?? [];
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
