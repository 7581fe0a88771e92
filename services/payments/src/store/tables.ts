import { EntitySchema } from "typeorm";
import type { Charge } from "../domain/charge.ts";

/** ChargeRow is a charge as its table keeps it, with when to look at it again. */
export type ChargeRow = { -readonly [Key in keyof Charge]: Charge[Key] } & {
  /** Null when nothing is left to do. */
  dueAt: Date | null;
  /** How often it has been looked at since it last changed. */
  tries: number;
};

export const Charges = new EntitySchema<ChargeRow>({
  name: "charges",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    orderId: { name: "order_id", type: "varchar", length: 36 },
    buyerId: { name: "buyer_id", type: "varchar", length: 36 },
    amountMinor: { name: "amount_minor", type: "int" },
    currency: { type: "varchar", length: 3 },
    status: { type: "varchar", length: 9 },
    failureReason: { name: "failure_reason", type: "varchar", length: 32, nullable: true },
    paymentMethodId: { name: "payment_method_id", type: "varchar", length: 255, nullable: true },
    stripeId: { name: "stripe_id", type: "varchar", length: 255, nullable: true },
    clientSecret: { name: "client_secret", type: "varchar", length: 255, nullable: true },
    stripeRefundId: { name: "stripe_refund_id", type: "varchar", length: 255, nullable: true },
    undoReason: { name: "undo_reason", type: "varchar", length: 16, nullable: true },
    keyRound: { name: "key_round", type: "int" },
    version: { type: "int" },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
    updatedAt: { name: "updated_at", type: "datetime", precision: 3 },
    dueAt: { name: "due_at", type: "datetime", precision: 3, nullable: true },
    tries: { type: "int" },
  },
});

/** EndedOrderRow remembers an order that ended, for a charge that may still come. */
export interface EndedOrderRow {
  orderId: string;
  reason: string;
  endedAt: Date;
}

export const EndedOrders = new EntitySchema<EndedOrderRow>({
  name: "ended_orders",
  columns: {
    orderId: { name: "order_id", type: "varchar", length: 36, primary: true },
    reason: { type: "varchar", length: 16 },
    endedAt: { name: "ended_at", type: "datetime", precision: 3 },
  },
});
