/** Env is where settings come from: process.env, or what a test or launcher passes in. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Setting reads one environment variable. It throws an Error with a clause such as "must be a number". */
export interface Setting<T> {
  readonly variable: string;
  readonly read: (text: string | undefined) => T;
}

/** Settings is what a table of settings gives when it is read. */
export type Settings<Table extends Readonly<Record<string, Setting<unknown>>>> = {
  readonly [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never;
};

/** ConfigError names every variable that is missing or wrong, so that one start shows them all. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** readConfig reads a table of settings, and complains about all bad ones at once. */
export function readConfig<Table extends Readonly<Record<string, Setting<unknown>>>>(
  env: Env,
  table: Table,
): Settings<Table> {
  const problems: string[] = [];
  const values = Object.entries(table).map(([name, setting]) => {
    const text = env[setting.variable]?.trim();
    try {
      return [name, setting.read(text === "" ? undefined : text)];
    } catch (problem) {
      problems.push(`${setting.variable} ${problem instanceof Error ? problem.message : String(problem)}`);
      return [name, undefined];
    }
  });
  if (problems.length > 0) throw new ConfigError(`The configuration is not usable: ${problems.join("; ")}.`);
  return Object.fromEntries(values);
}

/** text reads a string; without a fallback it is required. */
export function text(variable: string, fallback?: string): Setting<string> {
  return { variable, read: (value) => value ?? required(fallback) };
}

/** optional reads a string that may be absent. */
export function optional(variable: string): Setting<string | undefined> {
  return { variable, read: (value) => value };
}

/** oneOf reads one of a few words. */
export function oneOf<const Word extends string>(
  variable: string,
  words: readonly Word[],
  fallback: Word,
): Setting<Word> {
  return {
    variable,
    read: (value) => {
      const found = words.find((word) => word === (value ?? fallback));
      if (!found) throw new Error(`must be one of ${words.join(", ")}`);
      return found;
    },
  };
}

/** whole reads an integer between two limits. */
export function whole(variable: string, limits: { min: number; max: number }, fallback?: number): Setting<number> {
  return {
    variable,
    read: (value) => {
      const number = value === undefined ? required(fallback) : /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (!(number >= limits.min && number <= limits.max)) {
        throw new Error(`must be a whole number from ${limits.min} to ${limits.max}`);
      }
      return number;
    },
  };
}

/** durationMs reads `250ms`, `30s`, `15m` or `2h` between two limits, as milliseconds. */
export function durationMs(variable: string, limits: { min: string; max: string }, fallback?: string): Setting<number> {
  return {
    variable,
    read: (value) => {
      const ms = parseDuration(value ?? required(fallback));
      if (ms === undefined || ms < (parseDuration(limits.min) ?? 0) || ms > (parseDuration(limits.max) ?? 0)) {
        throw new Error(`must be a duration such as 30s or 15m, from ${limits.min} to ${limits.max}`);
      }
      return ms;
    },
  };
}

/** parseDuration gives the milliseconds of `250ms`, `30s`, `15m` or `2h`, or undefined. */
export function parseDuration(value: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(value);
  if (!match) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] ?? ""] ?? Number.NaN;
  return Number(match[1]) * unit;
}

function required<T>(fallback: T | undefined): T {
  if (fallback === undefined) throw new Error("is missing");
  return fallback;
}
