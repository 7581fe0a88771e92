import { create } from "@bufbuild/protobuf";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, createRouterTransport, type Client } from "@connectrpc/connect";
import { UserCreatedSchema } from "@gittix/proto/auth/v1/events";
import { DeadLetterService } from "@gittix/proto/operations/v1/dead_letter_service";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { BusMessage, EventBus } from "./bus/bus.ts";
import { eventually, message, queueSpec, silentLog } from "./bus/contract/support.ts";
import { openEmbeddedBus } from "./bus/embedded.ts";
import { deadLetterMethods } from "./dead-letters.ts";
import { metadataOf, reasonOf } from "./errors.ts";
import { draftEvent, sealEvent } from "./events.ts";

describe("dead letters", () => {
  const userCreated = UserCreatedSchema.typeName;
  const occurredAt = new Date("2030-01-02T03:04:05.678Z");
  let bus: EventBus;
  let client: Client<typeof DeadLetterService>;

  beforeEach(async () => {
    bus = await openEmbeddedBus({ file: ":memory:", log: silentLog });
    await bus.declare({ queues: [queueSpec("first", [userCreated], 1), queueSpec("second", ["Due"], 1)], waits: [] });
    client = createClient(
      DeadLetterService,
      createRouterTransport(({ service }) => service(DeadLetterService, deadLetterMethods(bus, ["first", "second"]))),
    );
  });
  afterEach(() => bus.close());

  /** Publishes the messages and lets every consumer fail, until that many are parked in all. */
  async function park(messages: readonly BusMessage[], total: number): Promise<void> {
    const fail = () => Promise.reject(new Error("cannot handle it"));
    const subscriptions = [
      await bus.consume("first", fail, { prefetch: 5 }),
      await bus.consume("second", fail, { prefetch: 5 }),
    ];
    await bus.publish(messages);
    await eventually(async () => expect((await client.listDeadLetters({})).totalCount).toBe(total));
    for (const subscription of subscriptions) await subscription.stop();
  }

  function event(): BusMessage {
    const draft = draftEvent(UserCreatedSchema, { id: "user-7", version: 3 }, create(UserCreatedSchema));
    return sealEvent(draft, occurredAt);
  }

  test("lists what is parked in all queues, oldest first, with the key facts of the event", async () => {
    const readable = event();
    const unreadable = { ...message("Due"), body: new Uint8Array([255, 255, 255]) };
    await park([readable], 1);
    await park([unreadable], 2);
    const { deadLetters, totalCount } = await client.listDeadLetters({});
    expect(totalCount).toBe(2);
    expect(deadLetters).toMatchObject([
      {
        id: readable.id,
        type: userCreated,
        queue: "first",
        aggregateId: "user-7",
        aggregateVersion: 3,
        error: "Error: cannot handle it",
        attempts: 1,
      },
      { id: unreadable.id, type: "Due", queue: "second", aggregateId: "", aggregateVersion: 0 },
    ]);
    expect(deadLetters[0]?.occurredAt && timestampDate(deadLetters[0].occurredAt)).toEqual(occurredAt);
    expect(deadLetters[1]?.occurredAt).toBeUndefined();
    expect(deadLetters[0]?.parkedAt).toBeDefined();
  });

  test("lists no more than the page size, and counts all", async () => {
    await park([event()], 1);
    await park([message("Due")], 2);
    await park([event()], 3);
    const { deadLetters, totalCount } = await client.listDeadLetters({ pageSize: 2 });
    expect(deadLetters.map(({ queue }) => queue)).toEqual(["first", "second"]);
    expect(totalCount).toBe(3);
  });

  test("replays what is named, and names what is not parked after doing the others", async () => {
    const [one, other] = [event(), message("Due")];
    await park([one, other], 2);
    expect(await client.replayDeadLetters({ ids: [one.id] })).toMatchObject({ replayedCount: 1 });
    expect(await bus.depth("first")).toBe(1);
    const error = await client
      .replayDeadLetters({ ids: [other.id, "gone", "lost"] })
      .catch((caught: unknown) => caught);
    expect(reasonOf(error)).toBe("DEAD_LETTER_NOT_FOUND");
    expect(ConnectError.from(error).code).toBe(Code.NotFound);
    expect(ConnectError.from(error).rawMessage).toBe("Not parked: gone, lost. The others were replayed.");
    expect(metadataOf(error)).toEqual({ ids: "gone, lost" });
    expect(await bus.depth("second")).toBe(1);
    expect((await client.listDeadLetters({})).totalCount).toBe(0);
  });

  test("replays all and discards all, of every queue", async () => {
    await park([event(), message("Due")], 2);
    expect(await client.replayDeadLetters({ all: true })).toMatchObject({ replayedCount: 2 });
    expect((await client.listDeadLetters({})).totalCount).toBe(0);
    await park([], 2);
    expect(await client.discardDeadLetters({ all: true })).toMatchObject({ discardedCount: 2 });
    expect(await client.discardDeadLetters({ all: true })).toMatchObject({ discardedCount: 0 });
  });

  test("names no more missing ids than fit an error", async () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `missing-${index}`);
    const error = await client.discardDeadLetters({ ids }).catch((caught: unknown) => caught);
    expect(ConnectError.from(error).rawMessage).toContain("missing-19 and 980 more.");
    expect(ConnectError.from(error).rawMessage.length).toBeLessThan(500);
  });

  test("answers that a dependency is unavailable when the broker is not there", async () => {
    await bus.close();
    const error = await client.listDeadLetters({}).catch((caught: unknown) => caught);
    expect(reasonOf(error)).toBe("DEPENDENCY_UNAVAILABLE");
  });
});
