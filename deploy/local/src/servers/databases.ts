import { createConnection, createPool, type Connection, type RowDataPacket } from "mysql2/promise";

/** ensureDatabase makes a database, and a user who may do everything in it and nothing elsewhere. Gives its URL. */
export async function ensureDatabase(serverUrl: string, options: { name: string; password: string }): Promise<string> {
  const { name, password } = options;
  await asAdministrator(serverUrl, async (server) => {
    await server.query(`CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    await server.query("CREATE USER IF NOT EXISTS ?@'%' IDENTIFIED BY ?", [name, password]);
    await server.query("ALTER USER ?@'%' IDENTIFIED BY ?", [name, password]);
    await server.query(`GRANT ALL PRIVILEGES ON \`${name}\`.* TO ?@'%'`, [name]);
  });
  const url = new URL(serverUrl);
  url.username = name;
  url.password = password;
  url.pathname = `/${name}`;
  return url.href;
}

/** dropDatabase removes a database and its user. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await asAdministrator(serverUrl, async (server) => {
    await server.query(`DROP DATABASE IF EXISTS \`${name}\``);
    await server.query("DROP USER IF EXISTS ?@'%'", [name]);
  });
}

async function asAdministrator(serverUrl: string, work: (server: Connection) => Promise<void>): Promise<void> {
  const server = await createConnection({ uri: serverUrl, connectTimeout: 5000 }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`The database server at ${new URL(serverUrl).host} cannot be used: ${why}.`, { cause: error });
  });
  try {
    await work(server);
  } finally {
    await server.end();
  }
}

/** Queries is a way to look into a database from outside the service that it belongs to. */
export interface Queries {
  /** Times are given as they stand in the database, in UTC: `2026-01-31 18:30:00.000`. */
  query(sql: string): Promise<Record<string, string | number | null>[]>;
  close(): Promise<void>;
}

/** openQueries connects when it is first asked, and again when the connection was lost. */
export function openQueries(url: string): Queries {
  const pool = createPool({ uri: url, connectionLimit: 1, dateStrings: true, connectTimeout: 5000 });
  return {
    async query(sql) {
      const [rows] = await pool.query<RowDataPacket[]>(sql);
      // What changes something has no rows.
      return Array.isArray(rows) ? rows.map((row) => Object.fromEntries(Object.entries(row))) : [];
    },
    close: () => pool.end(),
  };
}
