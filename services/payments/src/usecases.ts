import { failure } from "@gittix/common/errors";
import type { Logger } from "@gittix/common/log";
import { begin, demandRefund, endOrder, fail, notFound, offerMethod, type Charge } from "./domain/charge.ts";
import type { OrderFate, Orders } from "./gateways/orders.ts";
import type { StripeGateway } from "./gateways/stripe.ts";
import { chargeCreated } from "./messages.ts";
import { createSettlement } from "./settle-charge.ts";
import type { ChargeStore } from "./store/charge-store.ts";

export type PaymentUseCases = ReturnType<typeof createPaymentUseCases>;

/** How many charges one round of looking after them takes at a time. */
const settleBatch = 20;
/** No charge of an order comes later than this after its end. */
const endedOrderRetentionMs = 30 * 24 * 3_600_000;

/** createPaymentUseCases gives the stories of the payments service. */
export function createPaymentUseCases(parts: {
  readonly store: ChargeStore;
  readonly orders: Orders;
  readonly stripe: StripeGateway;
  readonly ids: () => string;
  readonly log: Logger;
  /** Makes settleDue run soon, once the transaction under way has committed. */
  readonly settleSoon: () => void;
}) {
  const { store, orders, ids, log } = parts;
  const settle = createSettlement(parts);

  return {
    /** Pays for an order; an empty method leaves it to the buyer's browser to confirm. */
    async createCharge(by: string, wish: { orderId: string; paymentMethodId: string }): Promise<Charge> {
      const { orderId, paymentMethodId } = wish;
      const method = paymentMethodId === "" ? null : paymentMethodId;
      let charge = (await store.getByOrder(orderId)) ?? (await start(orderId, method));
      if (charge.buyerId !== by) throw orderNotFound();
      // A second round: a call that waited for another's attempt brings its own method where that one was not known.
      for (let round = 0; round < 2 && charge.status === "CREATED"; round++) {
        if (method !== null) charge = await offer(charge, method);
        const settlement = await settleNow(charge.id);
        if (settlement.methodUnknown) throw methodInvalid();
        charge = settlement.charge;
        if (charge.paymentMethodId !== null || method === null) break;
      }
      return charge;
    },

    async getCharge(by: string, orderId: string): Promise<Charge> {
      const charge = await store.getByOrder(orderId);
      if (charge?.buyerId !== by) throw notFound();
      return charge;
    },

    /** Refunds on an operator's word. The wish is saved first, so that it is carried out whatever happens now. */
    async refundCharge(orderId: string): Promise<Charge> {
      const charge = await store.getByOrder(orderId);
      if (!charge) throw notFound();
      await store.update(charge.id, (before, at) => ({ charge: demandRefund(before, at), events: [] }));
      return (await settleNow(charge.id)).charge;
    },

    /** Sees to it that no money stays for an order that has ended, whether its charge comes before or after. */
    async endOrder(ended: { orderId: string; reason: string }): Promise<void> {
      await store.endOrder(ended, (before, at) => ({ charge: endOrder(before, at), events: [] }));
      parts.settleSoon();
    },

    /** Settles a charge that Stripe has news of; one of another installation is none of ours. */
    async hearOf(chargeId: string): Promise<void> {
      if (await store.get(chargeId)) await settle(chargeId);
    },

    /** Looks after charges that wait for an outcome, a refund, or the news that their order has completed. */
    async settleDue(): Promise<void> {
      for (;;) {
        const due = await store.claimDue(settleBatch);
        const fates = await fatesOf(due.filter((charge) => charge.undoReason === null));
        await Promise.all(due.map((charge) => lookAfter(charge, fates.get(charge.orderId))));
        if (due.length < settleBatch) return;
      }
    },

    forgetEndedOrders: (): Promise<void> => store.forgetEndedOrders(endedOrderRetentionMs),
  };

  /** The price comes from orders, never from the buyer. */
  async function start(orderId: string, paymentMethodId: string | null): Promise<Charge> {
    const order = await orders.beginPayment(orderId);
    const begun = await store.insert(
      (at) => begin({ ...order, id: ids(), orderId, paymentMethodId }, at),
      (before, at) => {
        const charge = fail(before, "ORDER_ENDED", at);
        return { charge, events: [chargeCreated(charge)] };
      },
    );
    // Somebody else was first: there is one charge an order.
    const charge = begun ?? (await store.getByOrder(orderId));
    if (!charge) throw notFound();
    return charge;
  }

  /** Names the method of a charge that has none yet, if the order can still be paid. */
  async function offer(charge: Charge, method: string): Promise<Charge> {
    if (charge.paymentMethodId !== null) return charge;
    await orders.beginPayment(charge.orderId);
    return store.update(charge.id, (before, at) => ({ charge: offerMethod(before, method, at), events: [] }));
  }

  async function settleNow(chargeId: string) {
    try {
      return await settle(chargeId);
    } catch (error) {
      await store.hurry(chargeId);
      throw error;
    }
  }

  async function lookAfter(charge: Charge, fate: OrderFate | undefined): Promise<void> {
    const facts = { charge: charge.id, order: charge.orderId };
    try {
      if (charge.status === "COMPLETED" && fate === "completed") return await store.finish(charge);
      if (fate === "ended") {
        log.warn(facts, "charge of an order that had ended found by reconciliation");
        await store.update(charge.id, (before, at) => ({ charge: endOrder(before, at), events: [] }));
      }
      await settle(charge.id);
    } catch (error) {
      log.warn({ ...facts, err: error }, "charge not settled; it will be looked at again");
    }
  }

  async function fatesOf(charges: readonly Charge[]): Promise<ReadonlyMap<string, OrderFate>> {
    if (charges.length === 0) return new Map();
    try {
      return await orders.fatesOf(charges.map((charge) => charge.orderId));
    } catch (error) {
      // Stripe can be asked all the same.
      log.warn({ err: error }, "orders does not tell what became of the orders");
      return new Map();
    }
  }
}

function orderNotFound(): Error {
  return failure("ORDER_NOT_FOUND", "There is no such order.");
}

function methodInvalid(): Error {
  return failure("PAYMENT_METHOD_INVALID", "The payment provider does not know this payment method. Try another one.", {
    fields: [{ field: "payment_method_id", description: "is not a payment method that the provider knows" }],
  });
}
