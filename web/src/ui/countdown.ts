/** Stage is how pressing a countdown is. */
export type Stage = "calm" | "soon" | "last" | "over";

export interface Remaining {
  readonly stage: Stage;
  /** `14:59`. */
  readonly clock: string;
  /** `14 minutes 59 seconds`, for those who hear it. */
  readonly spoken: string;
  /** When the text changes next; asking earlier shows nothing new. */
  readonly nextChangeMs: number;
}

/** From here on the countdown warns, and then warns again. */
const soonMs = 2 * 60_000;
const lastMs = 30_000;

/** remaining says how much time is left, rounded up, so that `0:00` means that it is over. */
export function remaining(untilMs: number, nowMs: number): Remaining {
  const leftMs = Math.max(0, untilMs - nowMs);
  const seconds = Math.ceil(leftMs / 1000);
  const minutes = Math.floor(seconds / 60);
  return {
    stage: stageOf(leftMs),
    clock: `${minutes}:${String(seconds % 60).padStart(2, "0")}`,
    spoken: [plural(minutes, "minute"), plural(seconds % 60, "second")].filter(Boolean).join(" ") || "no time",
    nextChangeMs: leftMs % 1000 || 1000,
  };
}

/** The sentence to announce when a stage begins; a countdown that spoke every second would be noise. */
export const stageSentence = {
  calm: "",
  soon: "Less than two minutes left to pay.",
  last: "Less than thirty seconds left to pay.",
  over: "The time to pay is over.",
} as const satisfies Record<Stage, string>;

function stageOf(leftMs: number): Stage {
  if (leftMs === 0) return "over";
  if (leftMs <= lastMs) return "last";
  return leftMs <= soonMs ? "soon" : "calm";
}

function plural(count: number, unit: string): string {
  return count === 0 ? "" : `${count} ${unit}${count === 1 ? "" : "s"}`;
}
