/** TestCard is one of Stripe's published test payment methods. They charge nobody. */
export interface TestCard {
  readonly id: string;
  readonly name: string;
  readonly outcome: string;
}

/** The cards that the sandbox takes, each for one way that a payment can end. */
export const testCards: readonly [TestCard, ...TestCard[]] = [
  { id: "pm_card_visa", name: "Visa", outcome: "The payment succeeds" },
  { id: "pm_card_mastercard", name: "Mastercard", outcome: "The payment succeeds" },
  { id: "pm_card_visa_chargeDeclined", name: "Declined card", outcome: "The bank declines" },
  { id: "pm_card_visa_chargeDeclinedInsufficientFunds", name: "Empty account", outcome: "Not enough money" },
  { id: "pm_card_chargeDeclinedExpiredCard", name: "Expired card", outcome: "The card is past its date" },
  { id: "pm_card_chargeDeclinedIncorrectCvc", name: "Wrong code", outcome: "The security code is wrong" },
  { id: "pm_card_authenticationRequired", name: "Card with 3-D Secure", outcome: "The bank asks the buyer to confirm" },
];
