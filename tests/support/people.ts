import type { DescService } from "@bufbuild/protobuf";
import type { CallOptions, Client } from "@connectrpc/connect";
import { createRpcClient } from "@gittix/common/rpc/client";
import type { Secrets } from "@gittix/local/secrets";
import type { ServiceName } from "@gittix/local/service-table";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { ExpirationService } from "@gittix/proto/expiration/v1/expiration_service";
import { DeadLetterService } from "@gittix/proto/operations/v1/dead_letter_service";
import type { Order } from "@gittix/proto/orders/v1/order";
import { OrderLifecycleService } from "@gittix/proto/orders/v1/order_lifecycle_service";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import type { Charge } from "@gittix/proto/payments/v1/charge";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { RefundService } from "@gittix/proto/payments/v1/refund_service";
import { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";
import type { Ticket } from "@gittix/proto/tickets/v1/ticket";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import { v7 as uuidv7 } from "uuid";

/** Services are typed clients of every proto service, over gRPC. */
export type Services = ReturnType<typeof connect>["services"];

/** Person is a signed-in user with the calls that a buyer or seller makes. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  /** To be passed with every call of `services`. */
  readonly as: CallOptions;
  list(title: string, amountMinor?: number): Promise<Ticket>;
  order(ticketId: string, requestId?: string): Promise<Order>;
  pay(orderId: string, paymentMethodId?: string): Promise<Charge>;
  orderNow(orderId: string): Promise<Order>;
  ticketNow(ticketId: string): Promise<Ticket>;
}

/** People lets users sign up, and speaks to the services for them. */
export interface People {
  readonly services: Services;
  person(): Promise<Person>;
  operator(): Promise<Person>;
}

/** createPeople connects to the services of a mesh. */
export function createPeople(
  host: string,
  ports: Readonly<Record<ServiceName, number>>,
  secrets: Secrets,
): People & { leave(): void } {
  return createPeopleAt((name) => `${host}:${ports[name]}`, secrets);
}

/** createPeopleAt does so wherever the services are. */
export function createPeopleAt(address: (name: ServiceName) => string, secrets: Secrets): People & { leave(): void } {
  const { services, close } = connect(address);
  const password = "correct horse battery";
  return {
    services,
    async person() {
      const { user, tokens } = await services.auth.signUp({ email: `${uuidv7()}@example.com`, password });
      return personOf(services, { ...user, token: tokens?.accessToken });
    },
    async operator() {
      const { user, tokens } = await services.auth.signIn({
        email: secrets.operatorEmail,
        password: secrets.operatorPassword,
      });
      return personOf(services, { ...user, token: tokens?.accessToken });
    },
    leave: close,
  };
}

function connect(address: (name: ServiceName) => string) {
  const closers: (() => void)[] = [];
  const client = <S extends DescService>(service: S, name: ServiceName): Client<S> => {
    const opened = createRpcClient(service, { address: address(name), deadlineMs: 15_000 });
    closers.push(opened.close);
    return opened.client;
  };
  const deadLetters = (name: ServiceName) => client(DeadLetterService, name);
  return {
    services: {
      auth: client(AuthService, "auth"),
      tickets: client(TicketService, "tickets"),
      reservations: client(ReservationService, "tickets"),
      orders: client(OrderService, "orders"),
      lifecycle: client(OrderLifecycleService, "orders"),
      expiration: client(ExpirationService, "expiration"),
      payments: client(PaymentService, "payments"),
      refunds: client(RefundService, "payments"),
      deadLetters: {
        tickets: deadLetters("tickets"),
        orders: deadLetters("orders"),
        payments: deadLetters("payments"),
      },
    },
    close: () => closers.forEach((each) => each()),
  };
}

function personOf(
  services: Services,
  { id = "", email = "", token = "" }: { id?: string; email?: string; token?: string | undefined },
): Person {
  const as = { headers: { authorization: `Bearer ${token}` } };
  return {
    id,
    email,
    token,
    as,
    list: async (title, amountMinor = 2500) =>
      given((await services.tickets.createTicket({ title, price: { amountMinor } }, as)).ticket),
    order: async (ticketId, requestId = uuidv7()) =>
      given((await services.orders.createOrder({ ticketId, requestId }, as)).order),
    pay: async (orderId, paymentMethodId = "pm_card_visa") =>
      given((await services.payments.createCharge({ orderId, paymentMethodId }, as)).charge),
    orderNow: async (orderId) => given((await services.orders.getOrder({ orderId }, as)).order),
    ticketNow: async (ticketId) => given((await services.tickets.getTicket({ ticketId }, as)).ticket),
  };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the answer is empty");
  return value;
}
