import { EntitySchema } from "typeorm";
import type { Order } from "../domain/order.ts";

/** OrderRow is an order as its table keeps it. */
export type OrderRow = { -readonly [Key in keyof Order]: Order[Key] } & {
  /** The ticket, while the order is open or completed; null once cancelled. Unique: a ticket has one holder. */
  holdingTicketId: string | null;
};

export const Orders = new EntitySchema<OrderRow>({
  name: "orders",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    buyerId: { name: "buyer_id", type: "varchar", length: 36 },
    requestId: { name: "request_id", type: "varchar", length: 36 },
    ticketId: { name: "ticket_id", type: "varchar", length: 36 },
    holdingTicketId: { name: "holding_ticket_id", type: "varchar", length: 36, nullable: true },
    sellerId: { name: "seller_id", type: "varchar", length: 36 },
    ticketTitle: { name: "ticket_title", type: "varchar", length: 200 },
    priceMinor: { name: "price_minor", type: "int" },
    currency: { type: "varchar", length: 3 },
    status: { type: "varchar", length: 16 },
    cancelReason: { name: "cancel_reason", type: "varchar", length: 14, nullable: true },
    expiresAt: { name: "expires_at", type: "datetime", precision: 3 },
    version: { type: "int" },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
    updatedAt: { name: "updated_at", type: "datetime", precision: 3 },
  },
});
