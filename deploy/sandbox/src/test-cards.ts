/** Decline is why a payment method refuses, in Stripe's words. */
export type Decline = { code: string; decline_code: string; message: string; param?: string };

/** TestMethod is one of Stripe's documented test payment methods and how it behaves. */
export type TestMethod = {
  token: string;
  type: "card" | "us_bank_account";
  brand: string;
  last4: string;
  /** always: every payment is authenticated first; requested: only when the request asks for 3-D Secure. */
  authentication?: "always" | "requested";
  decline?: Decline;
  /** later: the payment is `processing` first; never: it stays so until it is cancelled. */
  settles?: "later" | "never";
  /** pending: a refund is pending first; fails: a refund succeeds and then fails. */
  refund?: "pending" | "fails";
};

const declined = (decline_code: string, message = "Your card was declined."): Decline => ({
  code: "card_declined",
  decline_code,
  message,
});

export const DECLINES = {
  generic: declined("generic_decline"),
  insufficientFunds: declined("insufficient_funds", "Your card has insufficient funds."),
  lostCard: declined("lost_card"),
  stolenCard: declined("stolen_card"),
  fraudulent: declined("fraudulent"),
  velocity: declined(
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount limit.",
  ),
  expired: {
    code: "expired_card",
    decline_code: "expired_card",
    message: "Your card has expired.",
    param: "exp_month",
  },
  incorrectCvc: {
    code: "incorrect_cvc",
    decline_code: "incorrect_cvc",
    message: "Your card's security code is incorrect.",
    param: "cvc",
  },
  processingError: {
    code: "processing_error",
    decline_code: "processing_error",
    message: "An error occurred while processing your card. Try again in a little bit.",
  },
  authenticationRequired: {
    code: "authentication_required",
    decline_code: "authentication_required",
    message: "Your card was declined. This transaction requires authentication.",
  },
  bankFunds: {
    code: "insufficient_funds",
    decline_code: "insufficient_funds",
    message: "The customer's account has insufficient funds to cover this payment.",
  },
} satisfies Record<string, Decline>;

type Behaviour = Partial<Pick<TestMethod, "authentication" | "decline" | "settles" | "refund">>;
const card = (token: string, brand: string, last4: string, behaviour: Behaviour = {}): TestMethod => ({
  token,
  type: "card",
  brand,
  last4,
  ...behaviour,
});
const visa = (token: string, last4: string, behaviour: Behaviour): TestMethod => card(token, "visa", last4, behaviour);
const bank = (token: string, behaviour: Behaviour): TestMethod => ({
  token,
  type: "us_bank_account",
  brand: "STRIPE TEST BANK",
  last4: "6789",
  ...behaviour,
});

// https://docs.stripe.com/testing and https://docs.stripe.com/payments/ach-direct-debit/accept-a-payment#test
const METHODS: TestMethod[] = [
  card("pm_card_visa", "visa", "4242"),
  card("pm_card_visa_debit", "visa", "5556"),
  card("pm_card_mastercard", "mastercard", "4444"),
  card("pm_card_mastercard_debit", "mastercard", "3222"),
  card("pm_card_mastercard_prepaid", "mastercard", "5100"),
  card("pm_card_amex", "amex", "8431"),
  card("pm_card_discover", "discover", "9424"),
  card("pm_card_diners", "diners", "0004"),
  card("pm_card_jcb", "jcb", "0505"),
  card("pm_card_unionpay", "unionpay", "0005"),

  visa("pm_card_visa_chargeDeclined", "0002", { decline: DECLINES.generic }),
  visa("pm_card_chargeDeclined", "0002", { decline: DECLINES.generic }),
  visa("pm_card_chargeCustomerFail", "0341", { decline: DECLINES.generic }),
  visa("pm_card_visa_chargeDeclinedInsufficientFunds", "9995", { decline: DECLINES.insufficientFunds }),
  visa("pm_card_chargeDeclinedInsufficientFunds", "9995", { decline: DECLINES.insufficientFunds }),
  visa("pm_card_visa_chargeDeclinedLostCard", "9987", { decline: DECLINES.lostCard }),
  visa("pm_card_visa_chargeDeclinedStolenCard", "9979", { decline: DECLINES.stolenCard }),
  visa("pm_card_chargeDeclinedExpiredCard", "0069", { decline: DECLINES.expired }),
  visa("pm_card_chargeDeclinedIncorrectCvc", "0127", { decline: DECLINES.incorrectCvc }),
  visa("pm_card_chargeDeclinedProcessingError", "0119", { decline: DECLINES.processingError }),
  visa("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "6975", { decline: DECLINES.velocity }),
  visa("pm_card_chargeDeclinedFraudulent", "0019", { decline: DECLINES.fraudulent }),
  visa("pm_card_radarBlock", "0019", { decline: DECLINES.fraudulent }),

  visa("pm_card_authenticationRequired", "3184", { authentication: "always" }),
  visa("pm_card_authenticationRequiredOnSetup", "3155", { authentication: "always" }),
  visa("pm_card_threeDSecure2Required", "3220", { authentication: "always" }),
  visa("pm_card_threeDSecureRequired", "3063", { authentication: "always" }),
  visa("pm_card_threeDSecureOptional", "3055", { authentication: "requested" }),
  visa("pm_card_threeDSecureRequiredChargeDeclined", "1629", {
    authentication: "always",
    decline: DECLINES.generic,
  }),
  visa("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "3178", {
    authentication: "always",
    decline: DECLINES.insufficientFunds,
  }),

  visa("pm_card_pendingRefund", "7726", { refund: "pending" }),
  visa("pm_card_refundFail", "5126", { refund: "fails" }),

  bank("pm_usBankAccount_success", { settles: "later" }),
  bank("pm_usBankAccount_insufficientFunds", { settles: "later", decline: DECLINES.bankFunds }),
  bank("pm_usBankAccount_processing", { settles: "never" }),
];

export const TEST_METHODS: ReadonlyMap<string, TestMethod> = new Map(METHODS.map((method) => [method.token, method]));
