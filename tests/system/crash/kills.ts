import { setTimeout as pause } from "node:timers/promises";
import { serviceNames } from "@gittix/local/service-table";
import type { Random } from "../../support/random.ts";
import { until } from "../../support/until.ts";
import type { MortalMesh } from "./mesh.ts";

/** Kill is one `kill -9` and the start after it. */
export interface Kill {
  /** True for one that hit the mesh while it was starting. */
  readonly atStart: boolean;
  /** How many events were committed and not yet delivered. */
  readonly undelivered: number;
  /** How long until the mesh was ready again; undefined when it was killed before. */
  readonly restartMs: number | undefined;
}

/** At most this long after a purchase ends, somewhere in the middle of others. */
const momentMaxMs = 400;
/** Within this time after its start, a mesh is somewhere between nothing and ready. */
const startMs = 1500;
/** How many of all kills hit a mesh that is starting. */
const atStartShare = 0.2;

/** killAgainAndAgain kills and restarts the mesh at random moments, spread over the time until `progress` is 1. */
export async function killAgainAndAgain(
  mesh: MortalMesh,
  options: { readonly kills: number; readonly random: Random; readonly progress: () => number },
): Promise<Kill[]> {
  const { kills, random, progress } = options;
  const done: Kill[] = [];
  while (done.length < kills) {
    await until(() => progress() >= (done.length + 1) / (kills + 1), Boolean, 120_000);
    await pause(random() * momentMaxMs);
    await mesh.kill();
    const undelivered = undeliveredIn(mesh);
    if (random() < atStartShare && done.length + 1 < kills) {
      done.push({ atStart: false, undelivered, restartMs: undefined });
      mesh.launch();
      await pause(random() * startMs);
      await mesh.kill();
      done.push({ atStart: true, undelivered: 0, restartMs: await mesh.start() });
    } else {
      done.push({ atStart: false, undelivered, restartMs: await mesh.start() });
    }
  }
  return done;
}

/** undeliveredIn counts what a kill has left in the outboxes and in the queues; what waits for a deadline does not count. */
export function undeliveredIn(mesh: MortalMesh): number {
  const waiting = serviceNames.map((name) =>
    Number(mesh.books.rows(name, "SELECT COUNT(*) AS count FROM outbox")[0]?.["count"]),
  );
  const [queued] = mesh.busRows("SELECT COUNT(*) AS count FROM message WHERE wait IS NULL AND failed_in IS NULL");
  return waiting.reduce((sum, count) => sum + count, 0) + Number(queued?.["count"]);
}
