import { createPool, type Pool } from "mysql2/promise";
import { v7 as uuidv7 } from "uuid";
import { beHelper } from "../helper.ts";
import { runLoad, type Load } from "../load.ts";
import type { Unit } from "../recording.ts";

/** StatementsSetup is what was recorded, where to run it again, and with which tickets. */
export interface StatementsSetup {
  readonly units: readonly Unit[];
  /** By the name of the database. */
  readonly urls: Readonly<Record<string, string>>;
  /** How many connections to each database, as a service has. */
  readonly poolMax: number;
  readonly ticketIds: readonly string[];
}

// A bare mysql2 loop: the statements and commits that one call of the services has led to, and nothing else.
beHelper(async ({ units, urls, poolMax, ticketIds }: StatementsSetup) => {
  const pools = new Map(Object.entries(urls).map(([name, uri]) => [name, openPool(uri, poolMax)]));
  const poolOf = (name: string) => {
    const pool = pools.get(name);
    if (!pool) throw new Error(`there is no database ${name}`);
    return pool;
  };
  let next = 0;

  async function once(): Promise<void> {
    const ticket = ticketIds[next++];
    if (ticket === undefined) throw new Error("all tickets of the floor are taken");
    const ids = new Map([["ticket", ticket]]);
    const idOf = (name: string) => {
      const id = ids.get(name) ?? uuidv7();
      ids.set(name, id);
      return id;
    };
    for (const { database, statements } of units) {
      const connection = await poolOf(database).getConnection();
      for (const statement of statements) {
        const [answer] = await connection.query(statement.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(name)));
        if (statement.startsWith("UPDATE") && "affectedRows" in answer && answer.affectedRows !== 1) {
          throw new Error(`changed nothing: ${statement}`);
        }
      }
      connection.release();
    }
  }
  return { ready: "ready", answer: (load: Load) => runLoad(load, once) };
});

function openPool(uri: string, connectionLimit: number): Pool {
  const pool = createPool({ uri, connectionLimit, timezone: "Z", flags: ["-FOUND_ROWS"] });
  // As the services do.
  pool.pool.on(
    "connection",
    (connection) => void connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"),
  );
  return pool;
}
