import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import type { ServiceName } from "@gittix/local/service-table";
import type { Market } from "./market.ts";

/** Unit is a transaction, or a statement outside of one. `{name}` stands for an id that is another each time. */
export interface Unit {
  readonly database: ServiceName;
  readonly statements: readonly string[];
}

/** asAdministrator gives the market's database server as its administrator sees it. */
export function administrator(
  market: Market,
  folder: string,
): { url(database: string): string; connect(): Promise<Connection> } {
  const url = (database: string) => {
    const place = new URL(market.of("orders").databaseUrl);
    place.username = "root";
    place.password = readFileSync(join(folder, "mariadb/password"), "utf8");
    place.pathname = `/${database}`;
    return place.href;
  };
  return { url, connect: () => createConnection({ uri: url("mysql"), multipleStatements: true }) };
}

/** record gives the statements that an act leads to in some services, as the database's own log has them. */
export async function record(
  server: Connection,
  services: readonly ServiceName[],
  act: () => Promise<unknown>,
  isComplete: (statements: readonly string[]) => boolean,
): Promise<Unit[]> {
  await server.query("SET GLOBAL log_output = 'TABLE'; TRUNCATE mysql.general_log; SET GLOBAL general_log = 1");
  try {
    await act();
    for (;;) {
      const rows = await readLog(server);
      if (isComplete(rows.map(({ argument }) => argument))) return unitsOf(rows, services);
    }
  } finally {
    await server.query("SET GLOBAL general_log = 0; TRUNCATE mysql.general_log");
  }
}

interface Logged {
  readonly thread: number;
  readonly user: string;
  readonly argument: string;
}

async function readLog(server: Connection): Promise<Logged[]> {
  const [rows] = await server.query<(RowDataPacket & Logged)[]>(
    `SELECT thread_id AS thread, user_host AS user, CONVERT(argument USING utf8mb4) AS argument
     FROM mysql.general_log WHERE command_type = 'Query' AND user_host NOT LIKE 'root%'`,
  );
  return rows;
}

/** Statements of one connection from BEGIN to COMMIT belong together. */
function unitsOf(rows: readonly Logged[], services: readonly ServiceName[]): Unit[] {
  const units: { database: ServiceName; statements: string[] }[] = [];
  const open = new Map<number, string[]>();
  for (const { thread, user, argument } of rows) {
    const database = services.find((service) => user.startsWith(`gittix_${service}[`));
    if (!database || argument.startsWith("SET ")) continue;
    const transaction = open.get(thread);
    if (transaction) transaction.push(argument);
    else {
      const statements = [argument];
      units.push({ database, statements });
      if (argument === "START TRANSACTION") open.set(thread, statements);
    }
    if (argument === "COMMIT") open.delete(thread);
  }
  return units;
}

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** templateOf makes every id that is another each time a name; `known` says what those are called that are not made up. */
export function templateOf(
  units: readonly Unit[],
  known: ReadonlyMap<string, string>,
  constant: readonly string[],
): Unit[] {
  const names = new Map(known);
  const nameOf = (id: string) => {
    if (constant.includes(id)) return id;
    const name = names.get(id) ?? `id${names.size}`;
    names.set(id, name);
    return `{${name}}`;
  };
  return units.map(({ database, statements }) => ({
    database,
    statements: statements.map((statement) => statement.replaceAll(uuid, nameOf)),
  }));
}
