import { invalid } from "./errors.ts";

/** Form is a decoded `a[b][c]=d` body: hashes of hashes of strings. A list is a hash with 0, 1, … */
export type Form = { [key: string]: FormValue };
export type FormValue = string | Form;

const PAIRS_MAX = 500;
const DEPTH_MAX = 6;

/** decodeForm reads a form-encoded body or query with Stripe's nested brackets. */
export function decodeForm(encoded: string): Form {
  const root = emptyForm();
  let pairs = 0;
  for (const [key, value] of new URLSearchParams(encoded)) {
    if (++pairs > PAIRS_MAX) throw invalid(`At most ${PAIRS_MAX} parameters are read.`);
    put(root, pathOf(key), value);
  }
  return root;
}

/** canonical gives two forms the same text exactly if they carry the same parameters. */
export function canonical(value: FormValue): string {
  if (typeof value === "string") return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key] ?? "")}`).join(",")}}`;
}

// Without a prototype a parameter named `__proto__` or `constructor` is a name like any other.
function emptyForm(): Form {
  return Object.create(null);
}

function pathOf(key: string): string[] {
  const open = key.indexOf("[");
  if (open <= 0) return [key];
  const parts = [...key.slice(open).matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? "");
  if (parts.length >= DEPTH_MAX) throw invalid(`Invalid nesting: ${key}`, { param: key });
  return [key.slice(0, open), ...parts];
}

function put(root: Form, path: string[], value: string): void {
  let here = root;
  path.forEach((part, index) => {
    // `expand[]=a&expand[]=b` means the next free place, as in `expand[0]=a&expand[1]=b`.
    const key = part === "" ? String(Object.keys(here).length) : part;
    if (index === path.length - 1) {
      here[key] = value;
      return;
    }
    const next = here[key];
    if (typeof next === "object") {
      here = next;
    } else {
      const made = emptyForm();
      here[key] = made;
      here = made;
    }
  });
}
