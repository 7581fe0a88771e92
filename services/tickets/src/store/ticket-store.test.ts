import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Database } from "@gittix/common/database/database";
import { Outbox } from "@gittix/common/database/outbox";
import { openTestDatabase, testDatabases } from "@gittix/common/database/testing";
import { reasonOf } from "@gittix/common/errors";
import { v7 as uuidv7 } from "uuid";
import { titleTerms } from "../domain/search-terms.ts";
import { edit, list, release, type Ticket } from "../domain/ticket.ts";
import { ticketCreated, ticketUpdated } from "../messages.ts";
import type { TicketQuery } from "./list-tickets.ts";
import { migrations } from "./migrations.ts";
import { Tickets, TicketTerms } from "./tables.ts";
import { createTicketStore, type TicketStore } from "./ticket-store.ts";

const everything: TicketQuery = { terms: [], availableOnly: false, sort: "newest", limit: 100 };

describe.each(testDatabases)("the ticket store on $name", ({ create }) => {
  let database: Database;
  let store: TicketStore;

  beforeEach(async () => {
    database = await openTestDatabase(create, { entities: [Tickets, TicketTerms], migrations });
    store = createTicketStore(database);
  });
  afterEach(() => database.close());

  const listing = (title: string, priceMinor = 1000, sellerId = "ada") =>
    store.insert((at) => {
      const ticket = list({ id: uuidv7(), sellerId, title, priceMinor, currency: "USD", at });
      return { ticket, events: [ticketCreated(ticket)] };
    });
  const reserve = (ticket: Ticket, orderId: string, buyerId = "bob", until = new Date(Date.now() + 60_000)) =>
    store.reserve({ ticketId: ticket.id, orderId, buyerId, until }, (held) => [ticketUpdated(held)]);
  const titles = async (query: Partial<TicketQuery>) =>
    (await store.list({ ...everything, ...query })).map((ticket) => ticket.title);
  const eventCount = () => database.reader().count(Outbox);

  test("gives a ticket back as it was saved", async () => {
    const ticket = await listing("Giselle 🎟");
    expect(await store.get(ticket.id)).toEqual(ticket);
    expect(await store.get(uuidv7())).toBeNull();
  });

  test("saves a change and its event together, and nothing when the change is refused", async () => {
    const ticket = await listing("Giselle");
    await store.update(ticket.id, (before, at) => {
      const after = edit(before, { by: "ada", expectedVersion: 1, priceMinor: 2000, at });
      return { ticket: after, events: [ticketUpdated(after)] };
    });
    await expect(
      store.update(ticket.id, () => {
        throw new Error("refused");
      }),
    ).rejects.toThrow("refused");
    expect(await store.get(ticket.id)).toMatchObject({ priceMinor: 2000, version: 2 });
    expect(await eventCount()).toBe(2);
  });

  test("lets one of many orders have the lock, and tells all others that it is reserved", async () => {
    const ticket = await listing("Giselle");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => reserve(ticket, uuidv7(), `buyer-${n}`)),
    );
    expect(outcomes.filter((each) => each.status === "fulfilled")).toHaveLength(1);
    const reasons = outcomes.flatMap((each) => (each.status === "rejected" ? [reasonOf(each.reason)] : []));
    expect(new Set(reasons)).toEqual(new Set(["TICKET_RESERVED"]));
    expect(await eventCount()).toBe(2);
  });

  test("gives the same order its lock again without another event", async () => {
    const ticket = await listing("Giselle");
    const first = await reserve(ticket, "o1");
    expect(await reserve(ticket, "o1")).toEqual(first);
    expect(await eventCount()).toBe(2);
  });

  test("lets another order take a lock that lapsed long ago", async () => {
    const ticket = await listing("Giselle");
    await reserve(ticket, "o1", "bob", new Date(Date.now() - 60_000));
    expect(await reserve(ticket, "o2", "eve")).toMatchObject({ orderId: "o2", version: 3 });
  });

  test("refuses a seller's own ticket and one that is not there", async () => {
    const ticket = await listing("Giselle");
    expect(reasonOf(await reserve(ticket, "o1", "ada").catch((error: unknown) => error))).toBe("TICKET_IS_YOURS");
    const nowhere = { ...ticket, id: uuidv7() };
    expect(reasonOf(await reserve(nowhere, "o1").catch((error: unknown) => error))).toBe("TICKET_NOT_FOUND");
  });

  test("lists locks that nothing has settled, page by page", async () => {
    const first = await listing("A");
    const second = await listing("B");
    await listing("C");
    await reserve(first, "o1");
    await reserve(second, "o2");
    await database.write(({ manager }) => manager.update(Tickets, { orderId: "o1" }, { updatedAt: new Date(0) }));
    expect(await store.listUnsettled(60_000, "", 10)).toMatchObject([{ orderId: "o1" }]);
    expect(await store.listUnsettled(60_000, "o1", 10)).toEqual([]);
    await store.update(first.id, (before, at) => ({ ticket: release(before, { orderId: "o1", at }), events: [] }));
    expect(await store.listUnsettled(60_000, "", 10)).toEqual([]);
  });

  test("finds titles by the beginnings of all the words asked for", async () => {
    await listing("Taylor Swift, Wembley");
    await listing("Swift boats on the Thames");
    await listing("Beyoncé, Wembley");
    expect(await titles({ terms: titleTerms("SWI wem") })).toEqual(["Taylor Swift, Wembley"]);
    expect(await titles({ terms: titleTerms("beyonce") })).toEqual(["Beyoncé, Wembley"]);
    expect(await titles({ terms: titleTerms("ift") })).toEqual([]);
  });

  test("finds a ticket by its new title and no longer by the old one", async () => {
    const ticket = await listing("Old title");
    await store.update(ticket.id, (before, at) => ({
      ticket: edit(before, { by: "ada", expectedVersion: 1, title: "New title", at }),
      events: [],
    }));
    expect(await titles({ terms: ["old"] })).toEqual([]);
    expect(await titles({ terms: ["new", "title"] })).toEqual(["New title"]);
  });

  test("shows withdrawn tickets to their seller alone, and only available ones when asked", async () => {
    const gone = await listing("Gone");
    const held = await listing("Held");
    await listing("Free");
    await listing("Other", 1000, "eve");
    await reserve(held, "o1");
    await store.update(gone.id, (before) => ({ ticket: { ...before, status: "WITHDRAWN", version: 2 }, events: [] }));
    expect(await titles({})).toEqual(["Other", "Free", "Held"]);
    expect(await titles({ availableOnly: true })).toEqual(["Other", "Free"]);
    expect(await titles({ sellerId: "ada" })).toEqual(["Free", "Held", "Gone"]);
  });

  test.each([
    ["newest", ["E", "D", "C", "B", "A"]],
    ["price-lowest", ["A", "C", "E", "B", "D"]],
    ["price-highest", ["D", "B", "E", "C", "A"]],
  ] as const)("pages by %s without leaving out or repeating one, equal prices included", async (sort, order) => {
    for (const [title, price] of [
      ["A", 1],
      ["B", 3],
      ["C", 2],
      ["D", 3],
      ["E", 2],
    ] as const)
      await listing(title, price);
    const seen: string[] = [];
    for (let after: Ticket | undefined; ;) {
      const page: Ticket[] = await store.list({ ...everything, sort, after, limit: 2 });
      seen.push(...page.map((ticket) => ticket.title));
      after = page.at(-1);
      if (!after) break;
    }
    expect(seen).toEqual(order);
  });

  test("keeps to a range of prices", async () => {
    for (const [title, price] of [
      ["A", 100],
      ["B", 200],
      ["C", 300],
    ] as const)
      await listing(title, price);
    expect(await titles({ priceMinMinor: 150, priceMaxMinor: 300 })).toEqual(["C", "B"]);
  });
});
