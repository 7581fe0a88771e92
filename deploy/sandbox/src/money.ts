import { invalid } from "./errors.ts";
import type { Reader } from "./params.ts";
import { text } from "./params.ts";

const ZERO_DECIMAL = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split(" "));

// https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in minor units.
const MINIMUM: Record<string, number> = {
  usd: 50,
  aed: 200,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};
const MINIMUM_ELSEWHERE = 50;
/** AMOUNT_MAX: Stripe takes up to eight digits. */
const AMOUNT_MAX = 99_999_999;

const CURRENCIES = new Set(Intl.supportedValuesOf("currency").map((code) => code.toLowerCase()));

export const currencyCode: Reader<string> = (value, param) => {
  const code = text(value, param).toLowerCase();
  if (CURRENCIES.has(code)) return code;
  throw invalid(`Invalid currency: ${code}. Stripe does not support it.`, { param });
};

/** AmountLimits are Stripe's own for each currency, or limits in minor units for all. */
export type AmountLimits = "stripe" | { min: number; max: number };

/** checkAmount refuses what cannot be charged in this currency. */
export function checkAmount(amount: number, currency: string, limits: AmountLimits): void {
  const stripes = { min: MINIMUM[currency] ?? MINIMUM_ELSEWHERE, max: AMOUNT_MAX };
  const { min: least, max: most } = limits === "stripe" ? stripes : limits;
  if (amount < least) {
    const message = `Amount must be at least ${inWords(least, currency)} ${currency}`;
    throw invalid(message, { code: "amount_too_small", param: "amount" });
  }
  if (amount > most) {
    const message = `Amount must be no more than ${inWords(most, currency)} ${currency}`;
    throw invalid(message, { code: "amount_too_large", param: "amount" });
  }
}

/** inWords writes minor units for a reader, such as $12.50. */
export function inWords(amount: number, currency: string): string {
  const digits = ZERO_DECIMAL.has(currency) ? 0 : 2;
  return (amount / 10 ** digits).toLocaleString("en-US", {
    style: "currency",
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
