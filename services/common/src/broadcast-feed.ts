import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { createBroadcast, type Broadcast } from "./broadcast.ts";
import { openEnvelope } from "./events.ts";
import type { Platform } from "./platform.ts";

/** Source tells what watchers see of one type of event. */
export interface Source<T> {
  readonly type: string;
  readonly read: (payload: Uint8Array) => T | undefined;
}

/** from lets watchers see a part of an event: the aggregate as it is after the change. */
export function from<D extends DescMessage, T>(schema: D, part: (event: MessageShape<D>) => T | undefined): Source<T> {
  return { type: schema.typeName, read: (payload) => part(fromBinary(schema, payload)) };
}

/**
 * openBroadcast gives a broadcast that is fed from the bus, and not from this process's own commits: a
 * change may be another replica's.
 */
export async function openBroadcast<T extends { readonly id: string }>(
  platform: Platform,
  sources: readonly Source<T>[],
): Promise<Broadcast<T>> {
  const changes = createBroadcast<T>();
  const readers = new Map(sources.map((source) => [source.type, source.read]));
  const subscription = await platform.bus.listen([...readers.keys()], (message) => {
    try {
      const value = readers.get(message.type)?.(openEnvelope(message).payload);
      if (value) changes.send(value.id, value);
    } catch (error) {
      platform.log.warn({ err: error, event: message.id, type: message.type }, "watchers could not be told");
    }
  });
  platform.onDrain(() => changes.close());
  platform.onStop(() => subscription.stop());
  return changes;
}
