import { on, type Handler } from "@gittix/common/consumer";
import { ChargeStatus, type Charge } from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema, ChargeRefundedSchema } from "@gittix/proto/payments/v1/events";
import type { OrderUseCases } from "./usecases.ts";

/** subscriptions: which events the orders service listens to, and what each leads to. */
export function subscriptions(usecases: OrderUseCases): readonly Handler[] {
  return [
    on(ChargeCreatedSchema, ({ charge }) => settle(usecases, given(charge))),
    on(ChargeRefundedSchema, ({ charge }) => usecases.undoOrder(given(charge).orderId)),
  ];
}

function settle(usecases: OrderUseCases, charge: Charge): Promise<unknown> {
  switch (charge.status) {
    case ChargeStatus.COMPLETED:
      return usecases.completeOrder(charge.orderId);
    case ChargeStatus.FAILED:
      return usecases.failOrderPayment(charge.orderId);
    default:
      throw new Error(`ChargeCreated carries a charge without an outcome: ${charge.id}`);
  }
}

function given(charge: Charge | undefined): Charge {
  if (!charge) throw new Error("the event carries no charge");
  return charge;
}
