import { invalid } from "./errors.ts";
import type { Form, FormValue } from "./form.ts";

/** A Reader turns one parameter into a value, or throws Stripe's error about it. */
export type Reader<T> = (value: FormValue, param: string) => T;
type Spec = Record<string, Reader<unknown>>;
type Values<S extends Spec> = { [K in keyof S]?: ReturnType<S[K]> | undefined };

/** readParams reads a form by its spec and refuses what the spec does not name, as Stripe does. */
export function readParams<S extends Spec>(form: Form, spec: S, prefix = ""): Values<S> {
  const nameOf = (key: string) => (prefix === "" ? key : `${prefix}[${key}]`);
  const unknown = Object.keys(form).filter((key) => !Object.hasOwn(spec, key));
  if (unknown.length > 0) {
    const plural = unknown.length > 1 ? "s" : "";
    const names = unknown.map(nameOf);
    const message = `Received unknown parameter${plural}: ${names.join(", ")}`;
    throw invalid(message, { code: "parameter_unknown", param: names[0] ?? "" });
  }
  const entries = Object.entries(form).map(([key, value]) => [key, spec[key]?.(value, nameOf(key))]);
  return Object.fromEntries(entries);
}

export function required<T>(value: T | undefined, param: string): T {
  if (value !== undefined) return value;
  throw invalid(`Missing required param: ${param}.`, { code: "parameter_missing", param });
}

export const text: Reader<string> = (value, param) => {
  if (typeof value !== "string") throw invalid(`Invalid string: ${JSON.stringify(value)}`, { param });
  if (value !== "") return value;
  const message =
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a ` +
    `parameter; however '${param}' cannot be unset. You should remove '${param}' from your request ` +
    "or supply a non-empty value.";
  throw invalid(message, { code: "parameter_invalid_empty", param });
};

export function integer(min: number, max: number): Reader<number> {
  return (value, param) => {
    const digits = text(value, param);
    const code = "parameter_invalid_integer";
    if (!/^-?\d{1,15}$/.test(digits)) throw invalid(`Invalid integer: ${digits}`, { code, param });
    const number = Number(digits);
    if (number < min) throw invalid(`This value must be greater than or equal to ${min}.`, { code, param });
    if (number > max) throw invalid(`This value must be less than or equal to ${max}.`, { code, param });
    return number;
  };
}

export const flag: Reader<boolean> = (value, param) => {
  if (value === "true" || value === "false") return value === "true";
  throw invalid(`Invalid boolean: ${typeof value === "string" ? value : JSON.stringify(value)}`, { param });
};

export function oneOf<T extends string>(...choices: readonly T[]): Reader<T> {
  return (value, param) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw invalid(`Invalid ${param}: must be one of ${choices.join(", ")}`, { param });
  };
}

export const texts: Reader<string[]> = (value, param) => {
  if (typeof value === "string") throw invalid("Invalid array", { param });
  return Object.entries(value).map(([key, item]) => text(item, `${param}[${key}]`));
};

export function hash<S extends Spec>(spec: S): Reader<Values<S>> {
  return (value, param) => {
    if (typeof value === "string") throw invalid("Invalid object", { param });
    return readParams(value, spec, param);
  };
}

export const url: Reader<string> = (value, param) => {
  const given = text(value, param);
  if (/^https?:\/\//.test(given) && URL.canParse(given)) return given;
  throw invalid("Not a valid URL", { code: "url_invalid", param });
};

const METADATA_KEYS_MAX = 50;
const METADATA_KEY_LENGTH_MAX = 40;
const METADATA_VALUE_LENGTH_MAX = 500;

export const metadata: Reader<Record<string, string>> = (value, param) => {
  if (value === "") return {};
  if (typeof value === "string") throw invalid("Invalid object", { param });
  const entries = Object.entries(value).map(([key, item]) => {
    const where = `${param}[${key}]`;
    if (typeof item !== "string") throw invalid("Metadata values must be strings", { param: where });
    if (key.length > METADATA_KEY_LENGTH_MAX) {
      throw invalid(`Metadata keys can have up to ${METADATA_KEY_LENGTH_MAX} characters: ${key}`, {
        param: where,
      });
    }
    if (item.length > METADATA_VALUE_LENGTH_MAX) {
      throw invalid(
        `Metadata values can have up to ${METADATA_VALUE_LENGTH_MAX} characters, but you passed in a value ` +
          `that is ${item.length} characters.`,
        { param: where },
      );
    }
    return [key, item] as const;
  });
  if (entries.length > METADATA_KEYS_MAX)
    throw invalid(`You can only set up to ${METADATA_KEYS_MAX} metadata keys`, { param });
  return Object.fromEntries(entries.filter(([, item]) => item !== ""));
};

/** ignored takes a parameter that Stripe knows and that changes nothing here. */
export const ignored: Reader<undefined> = () => undefined;

/** notSpoken refuses a parameter that Stripe knows and the sandbox cannot honour, rather than pretend. */
export const notSpoken: Reader<never> = (_value, param) => {
  throw invalid(`This sandbox of Stripe does not speak '${param}'.`, { param });
};
