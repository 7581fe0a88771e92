/** ServiceName is one of the five. */
export type ServiceName = "auth" | "tickets" | "orders" | "expiration" | "payments";

/** The order in which they are started and shown. */
export const serviceNames: readonly ServiceName[] = ["auth", "tickets", "orders", "expiration", "payments"];

/** publicPaths are the paths that the edge passes on to each service's HTTP door. */
export const publicPaths: Readonly<Record<ServiceName, readonly string[]>> = {
  auth: ["/gittix.auth.v1.AuthService/", "/.well-known/jwks.json"],
  tickets: ["/gittix.tickets.v1.TicketService/"],
  orders: ["/gittix.orders.v1.OrderService/"],
  expiration: [],
  payments: ["/gittix.payments.v1.PaymentService/"],
};
