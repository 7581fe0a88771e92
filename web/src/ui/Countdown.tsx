import { useEffect, useState } from "react";
import { remaining, stageSentence } from "./countdown.ts";

/** Countdown shows the time that is left by a clock that is not the computer's, and speaks up twice. */
export function Countdown({
  until,
  now,
  label,
}: {
  readonly until: Date;
  readonly now: () => number;
  readonly label: string;
}) {
  const left = useRemaining(until, now);
  return (
    <div className={`countdown countdown-${left.stage}`}>
      <span className="countdown-label">{label}</span>
      <span className="countdown-clock" role="timer" aria-label={`${label}: ${left.spoken}`}>
        {left.clock}
      </span>
      <output className="countdown-warning">{stageSentence[left.stage]}</output>
    </div>
  );
}

function useRemaining(until: Date, now: () => number) {
  const [at, setAt] = useState(now);
  const left = remaining(until.getTime(), at);
  useEffect(() => {
    if (left.stage === "over") return undefined;
    const timer = setTimeout(() => setAt(now()), left.nextChangeMs);
    return () => clearTimeout(timer);
  });
  return left;
}
