import { CancelReason, OrderStatus, type Order } from "@gittix/proto/orders/v1/order";
import { ChargeStatus, FailureReason, type Charge } from "@gittix/proto/payments/v1/charge";
import type { Word } from "./word.ts";

/** orderWord is how an order's state is called; a cancelled one by its reason. */
export function orderWord(order: Pick<Order, "status" | "cancelReason">): Word {
  switch (order.status) {
    case OrderStatus.CREATED:
      return { label: "Waiting for payment", tone: "waiting" };
    case OrderStatus.AWAITING_PAYMENT:
      return { label: "Payment under way", tone: "waiting" };
    case OrderStatus.COMPLETED:
      return { label: "Completed", tone: "good" };
    case OrderStatus.CANCELLED:
      return cancelWord(order.cancelReason);
    default:
      return { label: "Unknown", tone: "ended" };
  }
}

function cancelWord(reason: CancelReason): Word {
  switch (reason) {
    case CancelReason.EXPIRED:
      return { label: "Expired", tone: "ended" };
    case CancelReason.PAYMENT_FAILED:
      return { label: "Payment failed", tone: "bad" };
    case CancelReason.OPERATOR:
      return { label: "Cancelled by GitTix", tone: "ended" };
    default:
      return { label: "Cancelled", tone: "ended" };
  }
}

/** isOpen tells whether an order still holds its ticket without owning it. */
export function isOpen(status: OrderStatus): boolean {
  return status === OrderStatus.CREATED || status === OrderStatus.AWAITING_PAYMENT;
}

/** failureSentence says why a card was refused, and what may help. */
export function failureSentence(reason: FailureReason): string {
  switch (reason) {
    case FailureReason.INSUFFICIENT_FUNDS:
      return "There is not enough money on this card's account.";
    case FailureReason.CARD_EXPIRED:
      return "This card is past its date.";
    case FailureReason.INCORRECT_CVC:
      return "The card's security code is not right.";
    case FailureReason.PROCESSING_ERROR:
      return "The bank could not process the card at the moment. Another try may work.";
    case FailureReason.AUTHENTICATION_FAILED:
      return "The bank could not confirm that the card is yours.";
    case FailureReason.ORDER_ENDED:
      return "The order ended before any money was taken.";
    default:
      return "The bank declined this card.";
  }
}

/** moneySentence says where the buyer's money is, once an order has ended without a sale. */
export function moneySentence(charge: Charge | undefined): string {
  if (charge?.status !== ChargeStatus.COMPLETED) return "You have not been charged.";
  return charge.stripeRefundId === ""
    ? "Your payment arrived after the order had ended. It is being refunded by itself."
    : "Your payment has been refunded. Banks take some days to show it.";
}

/** refundWord is the state of a refund, where there is one. */
export function refundWord(order: Pick<Order, "status">, charge: Charge | undefined): Word | undefined {
  if (order.status !== OrderStatus.CANCELLED || charge?.status !== ChargeStatus.COMPLETED) return undefined;
  return charge.stripeRefundId === ""
    ? { label: "Refund under way", tone: "waiting" }
    : { label: "Refunded", tone: "good" };
}
