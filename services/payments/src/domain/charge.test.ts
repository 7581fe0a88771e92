import { describe, expect, test } from "@jest/globals";
import { reasonOf } from "@gittix/common/errors";
import {
  attach,
  begin,
  complete,
  demandRefund,
  endOrder,
  fail,
  offerMethod,
  refund,
  refuseMethod,
  spendKeys,
  workLeft,
  type Charge,
} from "./charge.ts";

const at = new Date("2026-03-01T12:00:00Z");
const later = new Date("2026-03-01T12:00:01Z");

const begun = begin(
  { id: "c1", orderId: "o1", buyerId: "u1", amountMinor: 1250, currency: "USD", paymentMethodId: "pm_card_visa" },
  at,
);
const waiting = attach(begun, { id: "pi_1", clientSecret: "secret" }, later);
const paid = complete(waiting, later);

describe("a charge", () => {
  test("begins open, with the order's price and nothing at Stripe", () => {
    expect(begun).toMatchObject({ status: "CREATED", amountMinor: 1250, stripeId: null, undoReason: null, version: 1 });
  });

  test("rises by one version with every change", () => {
    expect([begun, waiting, paid].map((charge) => charge.version)).toEqual([1, 2, 3]);
  });

  test("keeps its first PaymentIntent", () => {
    expect(attach(waiting, { id: "pi_2", clientSecret: "other" }, later)).toBe(waiting);
  });

  test("forgets the client secret once there is an outcome", () => {
    expect(paid.clientSecret).toBeNull();
    expect(fail(waiting, "CARD_DECLINED", later).clientSecret).toBeNull();
  });

  test("stays completed when a failure arrives after the success", () => {
    expect(fail(paid, "CARD_DECLINED", later)).toBe(paid);
  });

  test("stays failed when a success is told after the failure", () => {
    const failed = fail(waiting, "CARD_DECLINED", later);
    expect(complete(failed, later)).toBe(failed);
    expect(fail(failed, "ORDER_ENDED", later)).toBe(failed);
  });

  test("does not replace a payment method under way, and takes another once it is refused", () => {
    expect(offerMethod(waiting, "pm_other", later)).toBe(waiting);
    const refused = refuseMethod(waiting, "pm_card_visa", later);
    expect(offerMethod(refused, "pm_other", later).paymentMethodId).toBe("pm_other");
    expect(refuseMethod(waiting, "pm_other", later)).toBe(waiting);
  });

  test("takes no payment method once its order has ended", () => {
    const ended = endOrder(refuseMethod(waiting, "pm_card_visa", later), later);
    expect(offerMethod(ended, "pm_other", later)).toBe(ended);
  });
});

describe("a charge whose order has ended", () => {
  test("is marked once", () => {
    const ended = endOrder(paid, later);
    expect(ended.undoReason).toBe("ORDER_ENDED");
    expect(endOrder(ended, later)).toBe(ended);
  });

  test("is left alone when it has failed: no money was taken", () => {
    const failed = fail(waiting, "CARD_DECLINED", later);
    expect(endOrder(failed, later)).toBe(failed);
  });

  test("is refunded once, also when it completes only afterwards", () => {
    const completedTooLate = complete(endOrder(waiting, later), later);
    const refunded = refund(completedTooLate, "re_1", later);
    expect(refunded).toMatchObject({ status: "COMPLETED", stripeRefundId: "re_1" });
    expect(refund(refunded, "re_2", later)).toBe(refunded);
  });

  test("is not refunded when nobody has asked for it", () => {
    expect(refund(paid, "re_1", later)).toBe(paid);
  });
});

describe("an operator's refund", () => {
  test("is refused for a charge that is not completed", () => {
    for (const charge of [begun, fail(begun, "CARD_DECLINED", later)]) {
      expect(reasonOf(thrownBy(() => demandRefund(charge, later)))).toBe("CHARGE_NOT_REFUNDABLE");
    }
  });

  test("changes nothing the second time", () => {
    const demanded = demandRefund(paid, later);
    expect(demanded.undoReason).toBe("OPERATOR");
    expect(demandRefund(demanded, later)).toBe(demanded);
    const refunded = refund(demanded, "re_1", later);
    expect(demandRefund(refunded, later)).toBe(refunded);
  });
});

test("idempotency keys are spent once a round, however many learn of it", () => {
  const spent = spendKeys(waiting, 0, later);
  expect(spent.keyRound).toBe(1);
  expect(spendKeys(spent, 0, later)).toBe(spent);
});

test.each<[string, Charge, ReturnType<typeof workLeft>]>([
  ["open", waiting, "later"],
  ["open, its order ended", endOrder(waiting, later), "now"],
  ["failed", fail(waiting, "CARD_DECLINED", later), "none"],
  ["completed", paid, "later"],
  ["completed, its order ended", endOrder(paid, later), "now"],
  ["refunded", refund(endOrder(paid, later), "re_1", later), "none"],
])("a charge that is %s leaves the right work", (_, charge, left) => {
  expect(workLeft(charge)).toBe(left);
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
