import { OrderStatus } from "@gittix/proto/orders/v1/order";

/** The filters of the list, by the name that stands in the address. */
export const statuses = {
  all: { label: "All", value: OrderStatus.UNSPECIFIED },
  waiting: { label: "To pay", value: OrderStatus.CREATED },
  paying: { label: "Payment under way", value: OrderStatus.AWAITING_PAYMENT },
  completed: { label: "Completed", value: OrderStatus.COMPLETED },
  cancelled: { label: "Cancelled", value: OrderStatus.CANCELLED },
} as const;

export type StatusName = keyof typeof statuses;

/** readStatus reads the filter of an address. */
export function readStatus(name: string | null): StatusName {
  return name !== null && isStatusName(name) ? name : "all";
}

function isStatusName(name: string): name is StatusName {
  return Object.hasOwn(statuses, name);
}
