import { openSecrets } from "@gittix/local/secrets";
import { createPeople } from "../../support/people.ts";
import { brokenPromises } from "../../support/promises.ts";
import { createRandom, pick } from "../../support/random.ts";
import { until } from "../../support/until.ts";
import { killAgainAndAgain, type Kill } from "./kills.ts";
import { createMortalMesh, type MortalMesh } from "./mesh.ts";
import { buy, planNames, type Purchase } from "./purchase.ts";
import { findings, latenessOf } from "./verdict.ts";

/** CrashOptions say how hard a mesh is treated. */
export interface CrashOptions {
  readonly program: string;
  readonly purchases: number;
  readonly kills: number;
  readonly seed: number;
  readonly hold: string;
  /** How many purchases are under way at a time. */
  readonly atOnce: number;
  /** How long the nets may take to settle what the last crash left. */
  readonly settleMs: number;
}

/** CrashReport is what came of it. */
export interface CrashReport {
  /** Everything that is wrong; empty when all promises hold. */
  readonly findings: readonly string[];
  /** How the purchases ended, by the databases. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly kills: readonly Kill[];
  /** The latest end of a hold, counting only time at which the mesh was at work. */
  readonly latenessMaxMs: number;
  readonly settledMs: number;
}

/** runCrashes plays purchases while it kills the mesh at random moments, lets all come to rest, and reads the files. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const mesh = await createMortalMesh(options);
  await mesh.start();
  const people = createPeople("127.0.0.1", mesh.grpcPorts, openSecrets(mesh.folder));
  try {
    const random = createRandom(options.seed);
    const seller = await people.person();
    const buyers = await Promise.all(Array.from({ length: 12 }, () => people.person()));
    // Two want each ticket: the second gets it when the first does not keep it.
    const tickets = await Promise.all(
      Array.from({ length: Math.ceil(options.purchases / 2) }, (_, index) =>
        seller.list(`Seat ${index}`, 1000 + index),
      ),
    );
    const wishes = Array.from({ length: options.purchases }, (_, index) => ({
      buyer: buyers[index % buyers.length] ?? seller,
      ticketId: tickets[Math.floor(index / 2)]?.id ?? "",
      plan: pick(random, planNames),
    }));

    let ended = 0;
    const purchases = inParallel(wishes, options.atOnce, async ({ buyer, ticketId, plan }) => {
      const purchase = await buy(people, buyer, ticketId, plan);
      ended++;
      return purchase;
    });
    const [made, kills] = await Promise.all([
      purchases,
      killAgainAndAgain(mesh, { kills: options.kills, random, progress: () => ended / wishes.length }),
    ]);
    const beganAt = performance.now();
    // What does not come to rest is named below.
    await until(
      () => brokenPromises(mesh.books),
      (broken) => broken.length === 0,
      options.settleMs,
    ).catch(() => []);
    const settledMs = Math.round(performance.now() - beganAt);
    await mesh.stop();
    return report(mesh, made, kills, settledMs);
  } finally {
    people.leave();
    await mesh.remove();
  }
}

function report(
  mesh: MortalMesh,
  purchases: readonly Purchase[],
  kills: readonly Kill[],
  settledMs: number,
): CrashReport {
  const orders = mesh.books.rows("orders", "SELECT * FROM orders");
  const ends = orders.map((order) => `${order["status"]} ${order["cancel_reason"] ?? ""}`.trim());
  const without = purchases
    .filter(({ told }) => told === undefined)
    .map(() => "no order: somebody else has the ticket");
  const outcomes = Map.groupBy([...ends, ...without], (end) => end);
  return {
    findings: findings(mesh, purchases),
    outcomes: Object.fromEntries([...outcomes].map(([end, all]) => [end, all.length])),
    kills,
    latenessMaxMs: Math.max(
      0,
      ...orders.filter((order) => order["cancel_reason"] === "EXPIRED").map((order) => latenessOf(order, mesh.uptimes)),
    ),
    settledMs,
  };
}

/** Works through a list with `atOnce` hands. */
async function inParallel<T, R>(list: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const rest = list.values();
  const hand = async () => {
    for (const item of rest) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: atOnce }, hand));
  return results;
}
