import { describe, expect, test } from "@jest/globals";
import { begin, endOrder } from "./charge.ts";
import { nextStep, type Intent } from "./next-step.ts";

const at = new Date("2026-03-01T12:00:00Z");
const facts = { id: "c1", orderId: "o1", buyerId: "u1", amountMinor: 1250, currency: "USD" };
const withCard = begin({ ...facts, paymentMethodId: "pm_card_visa" }, at);
const withoutCard = begin({ ...facts, paymentMethodId: null }, at);

function intent(status: Intent["status"], declineReason: Intent["declineReason"] = null): Intent {
  return { id: "pi_1", clientSecret: null, status, declineReason };
}

describe("the next step of an open charge", () => {
  test("is to confirm what nobody has tried, if there is something to pay with", () => {
    expect(nextStep(withCard, intent("untried"))).toEqual({ act: "confirm", paymentMethodId: "pm_card_visa" });
    expect(nextStep(withoutCard, intent("untried"))).toEqual({ act: "wait" });
  });

  test("is to wait for the buyer, or for the bank", () => {
    expect(nextStep(withCard, intent("action"))).toEqual({ act: "wait" });
    expect(nextStep(withCard, intent("processing"))).toEqual({ act: "wait" });
  });

  test("is to complete once the money was taken, even if the order has ended: a refund follows", () => {
    expect(nextStep(withCard, intent("succeeded"))).toEqual({ act: "complete" });
    expect(nextStep(endOrder(withCard, at), intent("succeeded"))).toEqual({ act: "complete" });
  });

  test("after a decline is to cancel before it fails, so that nobody can pay it any more", () => {
    expect(nextStep(withCard, intent("declined", "INSUFFICIENT_FUNDS"))).toEqual({ act: "cancel" });
    expect(nextStep(withCard, intent("canceled", "INSUFFICIENT_FUNDS"))).toEqual({
      act: "fail",
      reason: "INSUFFICIENT_FUNDS",
    });
  });

  test("is to cancel whatever is open once the order has ended, and never to confirm", () => {
    for (const status of ["untried", "declined", "action", "processing"] as const) {
      expect(nextStep(endOrder(withCard, at), intent(status))).toEqual({ act: "cancel" });
    }
    expect(nextStep(endOrder(withCard, at), intent("canceled"))).toEqual({ act: "fail", reason: "ORDER_ENDED" });
  });

  test("is to fail when somebody else has cancelled the payment", () => {
    expect(nextStep(withCard, intent("canceled"))).toEqual({ act: "fail", reason: "PROCESSING_ERROR" });
  });
});
