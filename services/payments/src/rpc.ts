import { userOf } from "@gittix/common/identity/caller";
import { internalService, publicService, type Mount } from "@gittix/common/rpc/mount";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { RefundService } from "@gittix/proto/payments/v1/refund_service";
import type { Charge } from "./domain/charge.ts";
import { chargeMessage } from "./messages.ts";
import type { PaymentUseCases } from "./usecases.ts";

/** paymentService serves buyers. */
export function paymentService(usecases: PaymentUseCases, { publishableKey }: { publishableKey: string }): Mount {
  return publicService(PaymentService, {
    async createCharge({ orderId, paymentMethodId }, context) {
      const charge = await usecases.createCharge(userOf(context).id, { orderId, paymentMethodId });
      return { charge: chargeMessage(charge), clientSecret: secretFor(charge) };
    },

    async getCharge({ orderId }, context) {
      return { charge: chargeMessage(await usecases.getCharge(userOf(context).id, orderId)) };
    },

    getPaymentConfig: () => ({ publishableKey }),
  });
}

/** refundService serves operators. */
export function refundService(usecases: PaymentUseCases): Mount {
  return internalService(RefundService, {
    async refundCharge({ orderId }) {
      return { charge: chargeMessage(await usecases.refundCharge(orderId)) };
    },
  });
}

/** Only while paying makes sense. */
function secretFor(charge: Charge): string {
  return charge.status === "CREATED" && charge.undoReason === null ? (charge.clientSecret ?? "") : "";
}
