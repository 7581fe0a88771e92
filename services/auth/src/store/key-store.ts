import type { Database } from "@gittix/common/database/database";
import { isDuplicate } from "@gittix/common/database/database-errors";
import { In } from "typeorm";
import type { SigningKey } from "../domain/signing-key.ts";
import { SigningKeys } from "./tables.ts";

/** KeyStore keeps the keys that access tokens are signed with. */
export interface KeyStore {
  /** All keys, the newest first, and the time at which they were read. */
  list(): Promise<{ readonly keys: readonly SigningKey[]; readonly at: Date }>;
  /** Adds a key; false when another replica has added one of the same generation. */
  insert(draft: (at: Date) => SigningKey): Promise<boolean>;
  remove(kids: readonly string[]): Promise<void>;
}

/** createKeyStore keeps keys in a database. */
export function createKeyStore(database: Database): KeyStore {
  return {
    async list() {
      const keys = await database.reader().find(SigningKeys, { order: { generation: "DESC" } });
      return { keys, at: await database.now() };
    },

    async insert(draft) {
      try {
        await database.write(async ({ manager, now }) => manager.insert(SigningKeys, { ...draft(await now()) }));
        return true;
      } catch (error) {
        if (isDuplicate(error)) return false;
        throw error;
      }
    },

    async remove(kids) {
      if (kids.length === 0) return;
      await database.write(({ manager }) => manager.delete(SigningKeys, { kid: In([...kids]) }));
    },
  };
}
