/** Amount is money as the contracts carry it: an integer of the currency's smallest unit. */
export interface Amount {
  readonly amountMinor: number;
  readonly currencyCode: string;
}

/** The largest price that the contract allows, in minor units. */
export const amountMinorMax = 100_000_000;

/** formatMoney writes an amount as people read it. No float is made: the digits go in as a decimal string. */
export function formatMoney(amount: Amount, locale?: string): string {
  const format = new Intl.NumberFormat(locale, { style: "currency", currency: amount.currencyCode });
  const text = toDecimal(amount);
  return isDecimal(text) ? format.format(text) : text;
}

/** toDecimal writes an amount plainly, as it stands in an input: 1250 USD is `12.50`. */
export function toDecimal({ amountMinor, currencyCode }: Amount): string {
  const digits = currencyDigits(currencyCode);
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, "0");
  const sign = amountMinor < 0 ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** currencyDigits is how many decimals a currency has: 2 for USD, 0 for JPY. */
export function currencyDigits(currencyCode: string): number {
  const format = new Intl.NumberFormat("en", { style: "currency", currency: currencyCode });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** currencySymbol is what stands before a price input: `$`. */
export function currencySymbol(currencyCode: string, locale?: string): string {
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: currencyCode,
    currencyDisplay: "narrowSymbol",
  });
  return format.formatToParts(0).find((part) => part.type === "currency")?.value ?? currencyCode;
}

export type ParsedPrice = { readonly amountMinor: number } | { readonly problem: string };

/**
 * parsePrice reads what somebody typed, exactly. Comma and dot both separate decimals; a separator of
 * thousands is refused rather than guessed at, since `1,000` means two things in two places.
 */
export function parsePrice(text: string, currencyCode: string): ParsedPrice {
  const digits = currencyDigits(currencyCode);
  const example = toDecimal({ amountMinor: 4950 * 10 ** Math.max(0, digits - 2), currencyCode });
  const trimmed = text.trim();
  if (trimmed === "") return { problem: `Enter a price, like ${example}.` };

  const match = /^(\d+)(?:[.,](\d+))?$/.exec(trimmed);
  if (!match) return { problem: `Write the price in digits only, like ${example}.` };
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > digits) {
    const limit = digits === 0 ? "no decimals" : `at most ${digits} decimals`;
    return { problem: `A price in ${currencyCode} has ${limit}, and no separator between thousands.` };
  }
  const minor = (whole + fraction.padEnd(digits, "0")).replace(/^0+(?=\d)/, "");
  if (minor === "0") return { problem: "The price must be more than zero." };
  if (minor.length > 9 || Number(minor) > amountMinorMax) {
    return { problem: `The price can be ${formatMoney({ amountMinor: amountMinorMax, currencyCode })} at the most.` };
  }
  return { amountMinor: Number(minor) };
}

function isDecimal(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text);
}
