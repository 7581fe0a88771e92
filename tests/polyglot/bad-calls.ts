import { create, fromJson, type DescMethodUnary, type JsonObject } from "@bufbuild/protobuf";
import { ConnectError, createContextValues } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import type { ServiceName } from "@gittix/local/service-table";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { BadRequestSchema, ErrorInfoSchema } from "@gittix/proto/google/rpc/error_details";
import { OrderService } from "@gittix/proto/orders/v1/order_service";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import type { Refusal } from "./peer.ts";

/** BadCall is a call that breaks rules of the contract. */
export interface BadCall {
  readonly at: ServiceName;
  readonly method: DescMethodUnary;
  readonly request: JsonObject;
  /** How many rules it breaks. */
  readonly broken: number;
}

const { createTicket, listTickets, updateTicket } = TicketService.method;
const price = { amountMinor: 2500 };

/** badCalls break every kind of rule that the contracts have: of texts, bytes, numbers, enums, presence, patterns, CEL. */
export const badCalls: readonly BadCall[] = [
  { at: "auth", method: AuthService.method.signUp, request: { email: "nobody", password: "short" }, broken: 2 },
  {
    at: "auth",
    method: AuthService.method.signUp,
    request: { email: "a@b.example", password: "ü".repeat(37) },
    broken: 1,
  },
  { at: "tickets", method: createTicket, request: { title: " ", price }, broken: 1 },
  { at: "tickets", method: createTicket, request: { title: "x".repeat(201), price }, broken: 1 },
  { at: "tickets", method: createTicket, request: { title: "Giselle" }, broken: 1 },
  {
    at: "tickets",
    method: createTicket,
    request: { title: "Giselle", price: { amountMinor: 0, currencyCode: "usd" } },
    broken: 2,
  },
  { at: "tickets", method: updateTicket, request: { ticketId: "7", expectedVersion: 0 }, broken: 3 },
  { at: "tickets", method: listTickets, request: { sort: 9, pageSize: 101, priceMinMinor: -1 }, broken: 3 },
  { at: "orders", method: OrderService.method.createOrder, request: { ticketId: "7" }, broken: 2 },
  {
    at: "orders",
    method: OrderService.method.listOrders,
    request: { status: 99, pageToken: "x".repeat(513) },
    broken: 2,
  },
  {
    at: "payments",
    method: PaymentService.method.createCharge,
    request: { orderId: "7", paymentMethodId: "pm card" },
    broken: 2,
  },
];

/** refusalInTypeScript makes a bad call from here, and tells what it is refused with. */
export async function refusalInTypeScript(call: BadCall, address: string, token: string): Promise<Refusal | null> {
  const { method, request } = call;
  const transport = createGrpcTransport({ baseUrl: `http://${address}` });
  const headers = { authorization: `Bearer ${token}` };
  try {
    await transport.unary(method, undefined, 10_000, headers, fromJson(method.input, request), createContextValues());
    return null;
  } catch (error) {
    return refusalIn(ConnectError.from(error));
  }
}

function refusalIn(error: ConnectError): Refusal {
  const [info = create(ErrorInfoSchema)] = error.findDetails(ErrorInfoSchema);
  const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  return {
    code: error.code,
    sentence: error.rawMessage,
    reason: info.reason,
    domain: info.domain,
    metadata: info.metadata,
    fields: violations.map(({ field, description }) => ({ field, description })),
  };
}
