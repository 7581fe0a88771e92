import type { JsonObject } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";

/** Sample is sound input for an rpc. It names things that do not exist, so that it may be sent any number of times. */
export interface Sample {
  readonly request: () => JsonObject;
  /** `OK`, or the reason with which the sound input is refused. */
  readonly answer: string;
}

/** Stands in what is sent, and must never be found in the log. */
export const marker = "QZQZ";

const id = uuidv7;
const email = () => `${marker}-${id()}@example.com`;
const password = `${marker} battery`;
const price = { amountMinor: 2500, currencyCode: "USD" };
const operations: Readonly<Record<string, Sample>> = {
  ListDeadLetters: { request: () => ({ pageSize: 10 }), answer: "OK" },
  ReplayDeadLetters: { request: () => ({ ids: [id()] }), answer: "DEAD_LETTER_NOT_FOUND" },
  DiscardDeadLetters: { request: () => ({ ids: [id()] }), answer: "DEAD_LETTER_NOT_FOUND" },
};

/** samples has an entry for every rpc; a new rpc fails the suite until it stands here. */
export const samples: Readonly<Record<string, Readonly<Record<string, Sample>>>> = {
  "gittix.auth.v1.AuthService": {
    SignUp: { request: () => ({ email: email(), password }), answer: "OK" },
    SignIn: { request: () => ({ email: email(), password }), answer: "CREDENTIALS_WRONG" },
    SignOut: { request: () => ({ refreshToken: marker }), answer: "OK" },
    RefreshSession: { request: () => ({ refreshToken: marker }), answer: "TOKEN_INVALID" },
    GetCurrentUser: { request: () => ({}), answer: "OK" },
    UpdateUser: {
      request: () => ({ currentPassword: marker, email: email(), newPassword: password }),
      answer: "CREDENTIALS_WRONG",
    },
  },
  "gittix.auth.v1.KeyService": { ListSigningKeys: { request: () => ({}), answer: "OK" } },
  "gittix.tickets.v1.TicketService": {
    CreateTicket: { request: () => ({ title: `Giselle ${marker}`, price }), answer: "OK" },
    UpdateTicket: {
      request: () => ({ ticketId: id(), title: `Giselle ${marker}`, price, expectedVersion: 1 }),
      answer: "TICKET_NOT_FOUND",
    },
    WithdrawTicket: { request: () => ({ ticketId: id() }), answer: "TICKET_NOT_FOUND" },
    GetTicket: { request: () => ({ ticketId: id() }), answer: "TICKET_NOT_FOUND" },
    ListTickets: {
      request: () => ({
        query: marker,
        sort: "TICKET_SORT_NEWEST",
        pageSize: 10,
        pageToken: "",
        priceMinMinor: 1,
        priceMaxMinor: 5000,
      }),
      answer: "OK",
    },
    WatchTickets: { request: () => ({ ticketIds: [id()] }), answer: "OK" },
  },
  "gittix.tickets.v1.ReservationService": {
    ReserveTicket: {
      request: () => ({ ticketId: id(), orderId: id(), buyerId: id(), expiresAt: "2031-02-03T04:05:06Z" }),
      answer: "TICKET_NOT_FOUND",
    },
    ReleaseTicket: { request: () => ({ ticketId: id(), orderId: id() }), answer: "OK" },
  },
  "gittix.orders.v1.OrderService": {
    CreateOrder: { request: () => ({ ticketId: id(), requestId: id() }), answer: "TICKET_NOT_FOUND" },
    GetOrder: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
    ListOrders: { request: () => ({ status: "ORDER_STATUS_CREATED", pageSize: 10, pageToken: "" }), answer: "OK" },
    CancelOrder: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
    WatchOrder: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
  },
  "gittix.orders.v1.OrderLifecycleService": {
    BeginPayment: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
    ExpireOrder: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
    BatchGetOrders: { request: () => ({ orderIds: [id()] }), answer: "OK" },
  },
  "gittix.expiration.v1.ExpirationService": {
    GetExpirationStatus: { request: () => ({}), answer: "OK" },
    ExpireNow: { request: () => ({ orderId: id() }), answer: "ORDER_NOT_FOUND" },
  },
  "gittix.payments.v1.PaymentService": {
    CreateCharge: {
      request: () => ({ orderId: id(), paymentMethodId: `pm_card_visa_${marker}` }),
      answer: "ORDER_NOT_FOUND",
    },
    GetCharge: { request: () => ({ orderId: id() }), answer: "CHARGE_NOT_FOUND" },
    GetPaymentConfig: { request: () => ({}), answer: "OK" },
  },
  "gittix.payments.v1.RefundService": {
    RefundCharge: { request: () => ({ orderId: id() }), answer: "CHARGE_NOT_FOUND" },
  },
  "gittix.operations.v1.DeadLetterService": operations,
};
