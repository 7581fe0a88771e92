import type { Database, Row } from "./database.ts";
import type { Objects } from "./types.ts";

/** Page is which part of a list is asked for; newest first, as everywhere in Stripe. */
export type Page = {
  limit: number;
  startingAfter?: string | undefined;
  endingBefore?: string | undefined;
  createdFrom?: number | undefined;
  createdTo?: number | undefined;
  intent?: string | undefined;
  charge?: string | undefined;
  types?: string[] | undefined;
};

/** Store keeps Stripe's objects as they are answered. Each belongs to the life of one PaymentIntent. */
export type Store = {
  add: <K extends keyof Objects>(object: Objects[K], intentId: string, token?: string) => void;
  save: <K extends keyof Objects>(object: Objects[K]) => void;
  find: <K extends keyof Objects>(kind: K, id: string) => Objects[K] | undefined;
  list: <K extends keyof Objects>(kind: K, page: Page) => { data: Objects[K][]; hasMore: boolean };
  /** tokenOf tells which test payment method (`pm_card_…`) a payment method was made from. */
  tokenOf: (paymentMethodId: string) => string | undefined;
};

export function createStore(database: Database): Store {
  return {
    add(object, intentId, token) {
      database.run(
        "INSERT INTO objects (id, object, created, intent, token, body) VALUES (?, ?, ?, ?, ?, ?)",
        object.id,
        object.object,
        object.created,
        intentId,
        token ?? null,
        JSON.stringify(object),
      );
    },
    save(object) {
      database.run("UPDATE objects SET body = ? WHERE id = ?", JSON.stringify(object), object.id);
    },
    find(kind, id) {
      const row = database.get("SELECT body FROM objects WHERE id = ? AND object = ?", id, kind);
      return row && parse(row);
    },
    list(kind, page) {
      const backwards = page.endingBefore !== undefined;
      const rows = database.all(
        `SELECT body FROM objects
         WHERE object = ?1
           AND (?2 IS NULL OR seq < (SELECT seq FROM objects WHERE id = ?2))
           AND (?3 IS NULL OR seq > (SELECT seq FROM objects WHERE id = ?3))
           AND (?4 IS NULL OR created >= ?4) AND (?5 IS NULL OR created <= ?5)
           AND (?6 IS NULL OR intent = ?6)
           AND (?7 IS NULL OR json_extract(body, '$.charge') = ?7)
           AND (?8 IS NULL OR json_extract(body, '$.type') IN (SELECT value FROM json_each(?8)))
         ORDER BY seq ${backwards ? "ASC" : "DESC"} LIMIT ?9`,
        kind,
        page.startingAfter ?? null,
        page.endingBefore ?? null,
        page.createdFrom ?? null,
        page.createdTo ?? null,
        page.intent ?? null,
        page.charge ?? null,
        page.types === undefined ? null : JSON.stringify(page.types),
        page.limit + 1,
      );
      const found = rows.slice(0, page.limit).map(parse);
      return { data: backwards ? found.toReversed() : found, hasMore: rows.length > page.limit };
    },
    tokenOf(paymentMethodId) {
      const token = database.get("SELECT token FROM objects WHERE id = ?", paymentMethodId)?.["token"];
      return typeof token === "string" ? token : undefined;
    },
  };
}

// The column holds only what `add` and `save` wrote under the same kind, so its shape is known.
function parse(row: Row): ReturnType<typeof JSON.parse> {
  return JSON.parse(String(row["body"]));
}
