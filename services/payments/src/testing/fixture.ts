import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { openEmbeddedBus } from "@gittix/common/bus/embedded";
import type { Env } from "@gittix/common/config";
import type { Database } from "@gittix/common/database/database";
import { openEnvelope } from "@gittix/common/events";
import { createServiceTokenVerifier } from "@gittix/common/identity/service-tokens";
import { createUserTokenVerifier } from "@gittix/common/identity/user-tokens";
import { createLog } from "@gittix/common/log";
import { createRpcClient } from "@gittix/common/rpc/client";
import { startGrpcServer } from "@gittix/common/rpc/grpc-server";
import { startHttpServer } from "@gittix/common/rpc/http-server";
import { serviceInterceptors } from "@gittix/common/rpc/interceptors";
import type { Parts } from "@gittix/common/platform";
import { ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";
import type { Charge } from "@gittix/proto/payments/v1/charge";
import { ChargeCreatedSchema, ChargeRefundedSchema } from "@gittix/proto/payments/v1/events";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { RefundService } from "@gittix/proto/payments/v1/refund_service";
import { startPayments } from "../main.ts";
import type { ChargeStore } from "../store/charge-store.ts";
import type { PaymentUseCases } from "../usecases.ts";
import { createOrders } from "./orders.ts";
import { publishableKey, secretKey, webhookSecret, type Sandbox } from "./sandbox.ts";
import { createSigner } from "@gittix/common/testing/signer";

/** Published is a fact that payments has told. */
export interface Published {
  readonly type: "ChargeCreated" | "ChargeRefunded";
  readonly charge: Charge;
}

export type Fixture = Awaited<ReturnType<typeof startFixture>>;

/** startFixture starts the payments service as it is, with orders and a bus beside it, on a Stripe sandbox. */
export async function startFixture(
  sandbox: Sandbox,
  options: { readonly env?: Env; readonly parts?: Parts<ChargeStore, PaymentUseCases> } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), "gittix-payments-"));
  const lines: string[] = [];
  const log = createLog("payments", "debug", { write: (line) => void lines.push(line) });
  const quiet = createLog("test", "silent");
  const bus = await openEmbeddedBus({ file: join(folder, "bus.db"), log: quiet });
  const users = createSigner();
  const services = createSigner();
  const serviceKeys = JSON.stringify(services.jwks);

  const orders = createOrders(bus);
  await orders.start();
  const doors = { host: "127.0.0.1", port: 0, log: quiet, ready: () => true };
  const interceptors = serviceInterceptors({
    log: quiet,
    userTokens: createUserTokenVerifier({
      issuer: "gittix-auth",
      audience: "gittix",
      keys: () => JSON.parse(JSON.stringify(users.jwks)),
    }),
    serviceTokens: createServiceTokenVerifier({
      issuer: "gittix-local",
      audience: "gittix",
      jwks: serviceKeys,
      subjectPrefix: "",
    }),
  });
  const ordersServer = await startGrpcServer({ ...doors, mounts: [orders.mount], interceptors });
  const keys = {
    method: "GET" as const,
    path: "/jwks",
    handle: () => ({ status: 200, body: JSON.stringify(users.jwks) }),
  };
  const auth = await startHttpServer({ ...doors, mounts: [], interceptors: [], routes: [keys] });

  const published: Published[] = [];
  await bus.listen([ChargeCreatedSchema.typeName, ChargeRefundedSchema.typeName], (message) => {
    const { payload } = openEnvelope(message);
    const created = message.type === ChargeCreatedSchema.typeName;
    const { charge } = created ? fromBinary(ChargeCreatedSchema, payload) : fromBinary(ChargeRefundedSchema, payload);
    if (charge) published.push({ type: created ? "ChargeCreated" : "ChargeRefunded", charge });
  });

  const env = {
    DATABASE_URL: `sqlite:${join(folder, "payments.db")}`,
    USER_KEYS_URL: `http://127.0.0.1:${auth.port}/jwks`,
    SERVICE_KEYS: serviceKeys,
    SERVICE_TOKEN_KEY: services.privateJwk,
    ORDERS_ADDRESS: `127.0.0.1:${ordersServer.port}`,
    STRIPE_API_BASE: sandbox.url,
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_PUBLISHABLE_KEY: publishableKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_TIMEOUT: "500ms",
    STRIPE_RETRIES_MAX: "0",
    CHARGE_UNSETTLED_AFTER: "300ms",
    CHARGE_SETTLE_BACKOFF: "50ms",
    CHARGE_SETTLE_EVERY: "20ms",
    ...options.env,
  };
  /** How often payments has been told that an order ended; and the orders whose charge needs no more looking after. */
  const heard = new Map<string, number>();
  const finished = new Set<string>();
  let database: Database | undefined;
  const payments = await startPayments(env, {
    bus,
    log,
    ...options.parts,
    database: (opened) => (database = opened),
    store(store) {
      const guarded = options.parts?.store?.(store) ?? store;
      return {
        ...guarded,
        async endOrder(ended, change) {
          await guarded.endOrder(ended, change);
          database?.afterCommit(() => heard.set(ended.orderId, (heard.get(ended.orderId) ?? 0) + 1));
        },
        async finish(charge) {
          await guarded.finish(charge);
          finished.add(charge.orderId);
        },
      };
    },
  });
  const address = `127.0.0.1:${payments.grpcPort}`;
  const paymentClient = createRpcClient(PaymentService, { address, deadlineMs: 15_000 });
  const refundClient = createRpcClient(RefundService, { address, deadlineMs: 15_000 });
  const httpUrl = `http://127.0.0.1:${payments.httpPort}`;
  const headersOf = (id: string, role: "user" | "operator") => ({
    authorization: `Bearer ${users.token({ iss: "gittix-auth", sub: id, role, sid: "s1" })}`,
  });

  return {
    orders,
    heard,
    finished,
    webhookUrl: `${httpUrl}/webhooks/stripe`,
    log: () => lines.join(""),
    of: (orderId: string) => published.filter(({ charge }) => charge.orderId === orderId),
    as: (userId: string) => caller(paymentClient.client, refundClient.client, headersOf(userId, "user")),
    /** Pays as a browser does, once: the mesh's own client would try again by itself. Gives the reason of a refusal. */
    async refusalOf(userId: string, orderId: string, paymentMethodId: string): Promise<string | undefined> {
      const answer = await fetch(`${httpUrl}/${PaymentService.typeName}/CreateCharge`, {
        method: "POST",
        headers: { ...headersOf(userId, "user"), "content-type": "application/json" },
        body: JSON.stringify({ orderId, paymentMethodId }),
      });
      return answer.ok ? undefined : reasonIn(await answer.json());
    },
    operator: caller(paymentClient.client, refundClient.client, headersOf("operator", "operator")),
    async stop(): Promise<void> {
      paymentClient.close();
      refundClient.close();
      await payments.stop();
      await bus.close();
      await Promise.all([ordersServer.stop(100), auth.stop(100)]);
      await rm(folder, { recursive: true });
    },
  };
}

/** The calls that tests make, for one person. */
function caller(
  payments: Client<typeof PaymentService>,
  refunds: Client<typeof RefundService>,
  headers: Record<string, string>,
) {
  return {
    pay: (orderId: string, paymentMethodId: string) => payments.createCharge({ orderId, paymentMethodId }, { headers }),
    charge: async (orderId: string) => given((await payments.getCharge({ orderId }, { headers })).charge),
    config: () => payments.getPaymentConfig({}),
    refund: async (orderId: string) => given((await refunds.refundCharge({ orderId }, { headers })).charge),
  };
}

/** The reason in an error of the Connect protocol. */
function reasonIn(error: unknown): string {
  const details = typeof error === "object" && error !== null && "details" in error ? error.details : undefined;
  const [info]: { value: string }[] = Array.isArray(details) ? details : [];
  return fromBinary(ErrorInfoSchema, Buffer.from(info?.value ?? "", "base64")).reason;
}

function given(charge: Charge | undefined): Charge {
  if (!charge) throw new Error("the answer carries no charge");
  return charge;
}
