import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { draftEvent, type EventDraft } from "@gittix/common/events";
import {
  ChargeSchema,
  ChargeStatus,
  FailureReason,
  type Charge as ChargeMessage,
} from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema, ChargeRefundedSchema } from "@gittix/proto/payments/v1/events";
import type { Charge } from "./domain/charge.ts";

/** chargeMessage shows a charge as the contract does. */
export function chargeMessage(charge: Charge): ChargeMessage {
  return create(ChargeSchema, {
    id: charge.id,
    orderId: charge.orderId,
    buyerId: charge.buyerId,
    amount: { amountMinor: charge.amountMinor, currencyCode: charge.currency },
    status: ChargeStatus[charge.status],
    failureReason: FailureReason[charge.failureReason ?? "UNSPECIFIED"],
    stripeId: charge.stripeId ?? "",
    stripeRefundId: charge.stripeRefundId ?? "",
    version: charge.version,
    createdAt: timestampFromDate(charge.createdAt),
    updatedAt: timestampFromDate(charge.updatedAt),
  });
}

/** chargeCreated is the fact that the outcome of a charge is known. */
export function chargeCreated(charge: Charge): EventDraft {
  return draftEvent(ChargeCreatedSchema, charge, create(ChargeCreatedSchema, { charge: chargeMessage(charge) }));
}

/** chargeRefunded is the fact that a captured charge was given back. */
export function chargeRefunded(charge: Charge): EventDraft {
  return draftEvent(ChargeRefundedSchema, charge, create(ChargeRefundedSchema, { charge: chargeMessage(charge) }));
}
