import type { DatabaseSync } from "node:sqlite";
import type { QueueSpec, Topology, WaitSpec } from "./bus.ts";

/** Route is one place that a type of event is bound to. */
export interface Route {
  /** The queue whose row the message becomes. */
  readonly queue: string;
  /** The wait queue in which it stands first, and for how long. */
  readonly wait: string | null;
  readonly ttlMs: number;
}

/** QueueRule is what the queue does with a message that keeps failing. */
export interface QueueRule {
  readonly attemptsMax: number;
  readonly parkedName: string;
}

/** EmbeddedTopology is what was declared, in this run or an earlier one. */
export interface EmbeddedTopology {
  /** Writes the topology down; call it in a transaction. */
  declare(topology: Topology): void;
  /** Throws where the topology leads nowhere or contradicts a wait queue that stands. */
  check(topology: Topology): void;
  routes(type: string): readonly Route[];
  /** Throws for a queue that nobody declared. */
  rule(queue: string): QueueRule;
}

/** openTopology reads the declared topology and keeps it in memory, since every publish asks for it. */
export function openTopology(db: DatabaseSync): EmbeddedTopology {
  let routes = readRoutes(db);
  let rules = readRules(db);
  const waitOf = db.prepare("SELECT ttl_ms, then_to FROM wait WHERE name = ?");

  return {
    declare(topology) {
      for (const queue of topology.queues) declareQueue(db, queue);
      for (const wait of topology.waits) declareWait(db, wait);
      routes = readRoutes(db);
      rules = readRules(db);
    },
    check(topology) {
      for (const wait of topology.waits) {
        const known = waitOf.get(wait.name);
        if (known && (known.ttl_ms !== wait.ttlMs || known.then_to !== wait.thenTo)) {
          throw new Error(`The wait queue ${wait.name} stands already, with another time or target.`);
        }
        if (!rules.has(wait.thenTo) && !topology.queues.some((queue) => queue.name === wait.thenTo)) {
          throw new Error(`The wait queue ${wait.name} leads to ${wait.thenTo}, which is not declared.`);
        }
      }
    },
    routes: (type) => routes.get(type) ?? [],
    rule(queue) {
      const rule = rules.get(queue);
      if (!rule) throw new Error(`The queue ${queue} is not declared.`);
      return rule;
    },
  };
}

function declareQueue(db: DatabaseSync, queue: QueueSpec): void {
  db.prepare(
    `INSERT INTO queue (name, attempts_max, parked_name) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET attempts_max = excluded.attempts_max, parked_name = excluded.parked_name`,
  ).run(queue.name, queue.attemptsMax, queue.parkedName);
  bind(db, queue.name, queue.types);
}

function declareWait(db: DatabaseSync, wait: WaitSpec): void {
  db.prepare("INSERT INTO wait (name, prefix, ttl_ms, then_to) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING").run(
    wait.name,
    wait.prefix,
    wait.ttlMs,
    wait.thenTo,
  );
  // Older durations take no more messages; what stands in them keeps its own time.
  db.prepare("DELETE FROM binding WHERE target IN (SELECT name FROM wait WHERE prefix = ? AND name <> ?)").run(
    wait.prefix,
    wait.name,
  );
  bind(db, wait.name, wait.types);
}

function bind(db: DatabaseSync, target: string, types: readonly string[]): void {
  db.prepare("DELETE FROM binding WHERE target = ?").run(target);
  const insert = db.prepare("INSERT OR IGNORE INTO binding (type, target) VALUES (?, ?)");
  for (const type of types) insert.run(type, target);
}

function readRoutes(db: DatabaseSync): Map<string, Route[]> {
  const rows = db
    .prepare(
      `SELECT binding.type, coalesce(wait.then_to, binding.target) AS queue, wait.name AS wait, wait.ttl_ms
       FROM binding LEFT JOIN wait ON wait.name = binding.target`,
    )
    .all();
  const routes = new Map<string, Route[]>();
  for (const row of rows) {
    const route = {
      queue: String(row.queue),
      wait: row.wait === null ? null : String(row.wait),
      ttlMs: Number(row.ttl_ms),
    };
    const type = String(row.type);
    routes.set(type, [...(routes.get(type) ?? []), route]);
  }
  return routes;
}

function readRules(db: DatabaseSync): Map<string, QueueRule> {
  const rows = db.prepare("SELECT name, attempts_max, parked_name FROM queue").all();
  return new Map(
    rows.map((row) => [
      String(row.name),
      { attemptsMax: Number(row.attempts_max), parkedName: String(row.parked_name) },
    ]),
  );
}
