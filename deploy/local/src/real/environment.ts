import type { Env } from "@gittix/common/config";
import { makeServiceKey, type Secrets, type ServiceKey } from "../secrets.ts";
import { serviceNames, type ServiceName } from "../service-table.ts";
import type { Layout, Place } from "./layout.ts";

/** Environments are the settings of every process of a mesh. */
export interface Environments {
  of(place: Place): Env;
  readonly sandbox: Env;
}

/** environments works out who is told what. A service signs its tokens with a key of its own, and all know all public ones. */
export async function environments(options: {
  readonly host: string;
  readonly hold: string;
  readonly layout: Layout;
  readonly secrets: Secrets;
  readonly databaseUrl: (service: ServiceName) => string;
  readonly rabbitmqUrl: string;
  readonly sandboxFile: string;
  /** Settings on top, for every service. */
  readonly settings: Env;
  /** Stripe itself, where its keys are set. */
  readonly stripe: Env | undefined;
}): Promise<Environments> {
  const { host, hold, layout, secrets, databaseUrl, rabbitmqUrl, settings } = options;
  const keys = new Map<ServiceName, ServiceKey>();
  for (const service of serviceNames) keys.set(service, await makeServiceKey());
  const publicKeys = [...keys.values()].flatMap((key): unknown[] => JSON.parse(key.publicKeys).keys);
  const doorOf = (service: ServiceName) => `http://${host}:${layout.of(service)[0]?.httpPort}`;
  const stripe = options.stripe ?? {
    STRIPE_API_BASE: `http://${host}:${layout.sandboxPort}`,
    STRIPE_SECRET_KEY: secrets.stripeSecretKey,
    STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
  };

  return {
    of: ({ service, grpcPort, httpPort }) => ({
      DATABASE_URL: databaseUrl(service),
      RABBITMQ_URL: rabbitmqUrl,
      HOST: host,
      GRPC_PORT: String(grpcPort),
      HTTP_PORT: String(httpPort),
      USER_KEYS_URL: `${doorOf("auth")}/.well-known/jwks.json`,
      SERVICE_KEYS: JSON.stringify({ keys: publicKeys }),
      SERVICE_TOKEN_KEY: keys.get(service)?.privateKey,
      ...(service === "orders" || service === "expiration" ? { HOLD_WINDOW: hold } : {}),
      ...(service === "auth"
        ? { COOKIE_SECURE: "false", OPERATOR_EMAIL: secrets.operatorEmail, OPERATOR_PASSWORD: secrets.operatorPassword }
        : {}),
      ...(service === "payments" ? stripe : {}),
      TICKETS_ADDRESS: layout.target("tickets"),
      ORDERS_ADDRESS: layout.target("orders"),
      ...settings,
    }),
    sandbox: {
      SANDBOX_HOST: host,
      SANDBOX_PORT: String(layout.sandboxPort),
      SANDBOX_DATABASE: options.sandboxFile,
      // Whatever can be listed can be bought.
      SANDBOX_AMOUNT_MIN: "1",
      SANDBOX_AMOUNT_MAX: "100000000",
      STRIPE_SECRET_KEY: secrets.stripeSecretKey,
      STRIPE_PUBLISHABLE_KEY: secrets.stripePublishableKey,
      STRIPE_WEBHOOK_URL: `${doorOf("payments")}/webhooks/stripe`,
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
    },
  };
}
