import type { Env } from "@gittix/common/config";
import { run } from "@gittix/common/run";
import { openPlatform, type Parts } from "@gittix/common/platform";
import { serve, type RunningService } from "@gittix/common/service";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { v7 as uuidv7 } from "uuid";
import { readPaymentsConfig } from "./config.ts";
import { createOrdersGateway } from "./gateways/orders.ts";
import { createStripeGateway } from "./gateways/stripe.ts";
import { createWebhookReader } from "./gateways/stripe-webhooks.ts";
import { paymentService, refundService } from "./rpc.ts";
import { createChargeStore, type ChargeStore } from "./store/charge-store.ts";
import { migrations } from "./store/migrations.ts";
import { Charges, EndedOrders } from "./store/tables.ts";
import { subscriptions } from "./subscriptions.ts";
import { createPaymentUseCases, type PaymentUseCases } from "./usecases.ts";
import { stripeWebhook } from "./webhook.ts";

const forgetEveryMs = 3_600_000;

/** startPayments starts the payments service. */
export async function startPayments(
  env: Env,
  parts: Parts<ChargeStore, PaymentUseCases> = {},
): Promise<RunningService> {
  const config = readPaymentsConfig(env);
  const platform = await openPlatform({
    name: "payments",
    config,
    entities: [Charges, EndedOrders],
    migrations,
    parts,
  });
  return serve(platform, () => {
    const { database, log } = platform;
    const { unsettledAfterMs, settleBackoffMs: backoffMs } = config;
    const store = createChargeStore(database, { unsettledAfterMs, backoffMs });
    let settleNow = () => {};
    const stories = createPaymentUseCases({
      store: parts.store?.(store) ?? store,
      orders: createOrdersGateway({
        asUser: platform.client(OrderLifecycleService, config.ordersAddress, { onBehalfOfUser: true }),
        asService: platform.client(OrderLifecycleService, config.ordersAddress),
      }),
      stripe: createStripeGateway({
        origin: config.stripeApiBase,
        secretKey: config.stripeSecretKey,
        timeoutMs: config.stripeTimeoutMs,
        retriesMax: config.stripeRetriesMax,
      }),
      ids: uuidv7,
      log,
      settleSoon: () => database.afterCommit(() => settleNow()),
    });
    const usecases = parts.usecases?.(stories) ?? stories;
    const secret = config.stripeWebhookSecret;

    return {
      rpc: [paymentService(usecases, { publishableKey: config.stripePublishableKey }), refundService(usecases)],
      subscriptions: subscriptions(usecases),
      tasks: [
        {
          name: "settle charges",
          everyMs: config.settleEveryMs,
          run: () => usecases.settleDue(),
          onKick: (kick) => void (settleNow = kick),
        },
        { name: "forget ended orders", everyMs: forgetEveryMs, run: () => usecases.forgetEndedOrders() },
      ],
      routes: secret === undefined ? [] : [stripeWebhook({ read: createWebhookReader(secret), usecases, log })],
    };
  });
}

if (import.meta.main) await run(startPayments, migrations);
