import { expect, test } from "@jest/globals";
import { declineReason } from "./decline-reasons.ts";

test.each([
  [{ code: "card_declined", decline_code: "insufficient_funds" }, "INSUFFICIENT_FUNDS"],
  [{ code: "expired_card", decline_code: "expired_card" }, "CARD_EXPIRED"],
  [{ code: "incorrect_cvc" }, "INCORRECT_CVC"],
  [{ code: "processing_error" }, "PROCESSING_ERROR"],
  [{ code: "payment_intent_authentication_failure" }, "AUTHENTICATION_FAILED"],
  [{ code: "card_declined", decline_code: "generic_decline" }, "CARD_DECLINED"],
  [{ code: "card_declined", decline_code: "a code of next year" }, "CARD_DECLINED"],
  [{}, "CARD_DECLINED"],
])("a decline of %j is told as %s", (error, reason) => {
  expect(declineReason(error)).toBe(reason);
});

test.each(["lost_card", "stolen_card", "fraudulent", "pickup_card"])(
  "who holds a card does not learn that it is %s",
  (code) => {
    expect(declineReason({ code: "card_declined", decline_code: code })).toBe("CARD_DECLINED");
  },
);
