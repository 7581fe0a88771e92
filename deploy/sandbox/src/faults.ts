import { invalid } from "./errors.ts";

export const FAULT_KINDS = [
  "latency",
  "error_before",
  "error_after",
  "drop_before",
  "drop_after",
  "hang_after",
  "webhook_drop",
  "webhook_double",
  "webhook_delay",
  "webhook_shuffle",
] as const;

/**
 * Fault is one kind of trouble. `on` is a regular expression over `POST /v1/refunds` for requests
 * and over the event type for webhooks; without it, everything is meant.
 */
export type Fault = {
  kind: (typeof FAULT_KINDS)[number];
  on?: string;
  /** probability of 0 to 1, 1 by default. */
  probability?: number;
  /** count is how often at most it strikes; without it, for ever. */
  count?: number;
  /** ms is how long, for latency, hang_after, webhook_delay and webhook_shuffle. */
  ms?: number;
};

export type RequestFaults = Partial<Record<Fault["kind"], { ms: number }>>;
export type WebhookFaults = { drop: boolean; copies: number; delayMs: number };

export type Faults = {
  add: (...faults: Fault[]) => void;
  clear: () => void;
  /** seed begins the random sequence anew, so that the same calls meet the same faults. */
  seed: (seed: number) => void;
  list: () => (Fault & { struck: number })[];
  ofRequest: (method: string, path: string) => RequestFaults;
  ofWebhook: (eventType: string) => WebhookFaults;
};

const MS_DEFAULT: Partial<Record<Fault["kind"], number>> = {
  latency: 1000,
  hang_after: 120_000,
  webhook_delay: 2000,
  webhook_shuffle: 2000,
};

export function createFaults(seed = 1, initial: Fault[] = []): Faults {
  let random = createRandom(seed);
  let active: { fault: Fault; pattern: RegExp; struck: number }[] = [];

  function strikes(subject: string, webhook: boolean): Fault[] {
    const striking = active.filter(({ fault, pattern, struck }) => {
      if (fault.kind.startsWith("webhook_") !== webhook || !pattern.test(subject)) return false;
      return struck < (fault.count ?? Infinity) && random() < (fault.probability ?? 1);
    });
    for (const one of striking) one.struck += 1;
    return striking.map(({ fault }) => fault);
  }
  const msOf = (fault: Fault) => fault.ms ?? MS_DEFAULT[fault.kind] ?? 0;
  const add = (...faults: Fault[]) => {
    const more = faults.map((fault) => ({ fault, pattern: patternOf(fault.on), struck: 0 }));
    active = [...active, ...more];
  };
  add(...initial);

  return {
    add,
    clear: () => void (active = []),
    seed: (next) => void (random = createRandom(next)),
    list: () => active.map(({ fault, struck }) => ({ ...fault, struck })),
    ofRequest(method, path) {
      return Object.fromEntries(strikes(`${method} ${path}`, false).map((fault) => [fault.kind, { ms: msOf(fault) }]));
    },
    ofWebhook(eventType) {
      const plan = { drop: false, copies: 1, delayMs: 0 };
      for (const fault of strikes(eventType, true)) {
        if (fault.kind === "webhook_drop") plan.drop = true;
        if (fault.kind === "webhook_double") plan.copies += 1;
        if (fault.kind === "webhook_delay") plan.delayMs += msOf(fault);
        // Each event waits a random while of its own, so that they overtake one another.
        if (fault.kind === "webhook_shuffle") plan.delayMs += Math.floor(random() * msOf(fault));
      }
      return plan;
    },
  };
}

/** readFaults checks what came over HTTP, where the compiler could not. */
export function readFaults(given: unknown): Fault[] {
  return (Array.isArray(given) ? given : [given]).map((item: unknown) => {
    if (typeof item !== "object" || item === null) throw invalid("A fault is an object with a kind.");
    const { kind, on, probability, count, ms, ...rest }: Record<string, unknown> = { ...item };
    const known = FAULT_KINDS.find((name) => name === kind);
    if (known === undefined) throw invalid(`Invalid kind: must be one of ${FAULT_KINDS.join(", ")}`, { param: "kind" });
    if (on !== undefined && typeof on !== "string") throw invalid("on must be text", { param: "on" });
    const strange = Object.keys(rest)[0];
    if (strange !== undefined) throw invalid(`Received unknown parameter: ${strange}`, { param: strange });
    return {
      kind: known,
      ...(on !== undefined && { on }),
      ...(probability !== undefined && { probability: number("probability", probability) }),
      ...(count !== undefined && { count: number("count", count) }),
      ...(ms !== undefined && { ms: number("ms", ms) }),
    };
  });
}

function patternOf(on = ""): RegExp {
  try {
    return new RegExp(on);
  } catch {
    throw invalid(`Invalid regular expression: ${on}`, { param: "on" });
  }
}

function number(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0) return value;
  throw invalid(`${name} must be a number of at least 0`, { param: name });
}

/** createRandom is mulberry32: small, good enough for faults, and repeatable. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
