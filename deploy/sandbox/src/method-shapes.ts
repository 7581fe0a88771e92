import { newId } from "./ids.ts";
import type { TestMethod } from "./test-cards.ts";
import type { PaymentMethod } from "./types.ts";

export const NO_BILLING_DETAILS = { address: null, email: null, name: null, phone: null, tax_id: null };

export function newPaymentMethod(from: TestMethod, created: number): PaymentMethod {
  const method: PaymentMethod = {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: "unspecified",
    billing_details: NO_BILLING_DETAILS,
    created,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: from.type,
  };
  if (from.type === "us_bank_account") return { ...method, us_bank_account: bankAccount(from) };
  return {
    ...method,
    card: {
      brand: from.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: from.brand,
      exp_month: 12,
      exp_year: 2034,
      fingerprint: `sandbox${from.last4}`,
      funding: from.token.includes("debit") ? "debit" : "credit",
      generated_from: null,
      last4: from.last4,
      networks: { available: [from.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
  };
}

function bankAccount(from: TestMethod): NonNullable<PaymentMethod["us_bank_account"]> {
  return {
    account_holder_type: "individual",
    account_type: "checking",
    bank_name: from.brand,
    financial_connections_account: null,
    fingerprint: `sandbox${from.last4}`,
    last4: from.last4,
    networks: { preferred: "ach", supported: ["ach"] },
    routing_number: "110000000",
    status_details: null,
  };
}
