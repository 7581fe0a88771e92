import { create, fromBinary, toBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { EnvelopeSchema, type Envelope } from "@gittix/proto/events/v1/envelope";
import { v7 as uuidv7 } from "uuid";
import type { BusMessage } from "./bus/bus.ts";
import { callContext } from "./context.ts";

/** EventDraft is a fact that a change makes true; it becomes a message when the change is saved. */
export interface EventDraft {
  readonly type: string;
  readonly payload: Uint8Array;
  readonly aggregateId: string;
  readonly aggregateVersion: number;
}

/** draftEvent makes the fact that `message` states about an aggregate as it is after the change. */
export function draftEvent<D extends DescMessage>(
  schema: D,
  aggregate: { readonly id: string; readonly version: number },
  message: MessageShape<D>,
): EventDraft {
  return {
    type: schema.typeName,
    payload: toBinary(schema, message),
    aggregateId: aggregate.id,
    aggregateVersion: aggregate.version,
  };
}

/** sealEvent puts a fact into its envelope. The id is made here, once: every delivery carries the same. */
export function sealEvent(draft: EventDraft, occurredAt: Date): BusMessage {
  const envelope = create(EnvelopeSchema, {
    ...draft,
    id: uuidv7(),
    occurredAt: timestampFromDate(occurredAt),
    traceParent: callContext()?.traceParent ?? "",
  });
  return { id: envelope.id, type: envelope.type, body: toBinary(EnvelopeSchema, envelope) };
}

/** openEnvelope reads a message's envelope; it throws when the bytes are not one. */
export function openEnvelope(message: BusMessage): Envelope {
  const envelope = fromBinary(EnvelopeSchema, message.body);
  if (envelope.id === "" || envelope.type !== message.type) {
    throw new Error(`the envelope of message ${message.id} does not say what it is`);
  }
  return envelope;
}
