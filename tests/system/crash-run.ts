import { parseArgs } from "node:util";
import { quickProgram, startProgram } from "../support/program.ts";
import { runCrashes } from "./crash/run.ts";

// Kills the embedded mesh again and again in the middle of purchases, and then reads its files:
//
//   node tests/system/crash-run.ts --purchases 300 --kills 20 --seed 1
//
// It is the program that `npm start` runs, its settings untouched, whose nets take up to a minute and a quarter; with
// --quick one whose nets take seconds.
const { values } = parseArgs({
  options: {
    purchases: { type: "string", default: "300" },
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
    hold: { type: "string", default: "4s" },
    "at-once": { type: "string", default: "12" },
    quick: { type: "boolean", default: false },
  },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);

say(`${values.purchases} purchases, ${values.kills} kills, --seed ${values.seed}`);
const report = await runCrashes({
  program: values.quick ? quickProgram : startProgram,
  purchases: Number(values.purchases),
  kills: Number(values.kills),
  seed: Number(values.seed),
  hold: values.hold,
  atOnce: Number(values["at-once"]),
  settleMs: 150_000,
});
const restarts = report.kills.flatMap(({ restartMs }) => restartMs ?? []).sort((a, b) => a - b);
say(`outcomes: ${JSON.stringify(report.outcomes)}`);
say(`kills: ${report.kills.length}, ${report.kills.filter(({ atStart }) => atStart).length} of them during a start`);
say(`ready again after ${restarts[Math.floor(restarts.length / 2)]} ms (median), ${restarts.at(-1)} ms (longest)`);
say(`events that a kill left undelivered: ${report.kills.reduce((sum, { undelivered }) => sum + undelivered, 0)}`);
say(
  `holds ended at most ${report.latenessMaxMs} ms late; all was settled ${report.settledMs} ms after the last purchase`,
);
for (const finding of report.findings) say(`BROKEN: ${finding}`);
say(report.findings.length === 0 ? "All promises hold." : `${report.findings.length} promises are broken.`);
process.exitCode = report.findings.length === 0 ? 0 : 1;
