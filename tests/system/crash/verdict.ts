import { OrderStatusSchema } from "@gittix/proto/orders/v1/order";
import type { Row } from "../../support/databases.ts";
import { brokenPromises } from "../../support/promises.ts";
import type { MortalMesh, Uptime } from "./mesh.ts";
import type { Purchase } from "./purchase.ts";

/** Lateness is allowed this much while the mesh is at work: the sweep looks after two seconds. */
const latenessMaxMs = 5000;

/** findings names everything that is wrong after the crashes; the mesh has stopped, and only its files speak. */
export function findings(mesh: MortalMesh, purchases: readonly Purchase[]): string[] {
  const orders = mesh.books.rows("orders", "SELECT * FROM orders");
  return [
    ...brokenPromises(mesh.books),
    ...brokenWords(orders, purchases),
    ...wrongEnds(orders, mesh.uptimes),
    ...leftInQueues(mesh),
  ];
}

/** Only timers whose time has not come may be left, and nothing may be parked. */
function leftInQueues(mesh: MortalMesh): string[] {
  const stoppedAt = mesh.uptimes.at(-1)?.endedAt ?? 0;
  return mesh.busRows("SELECT * FROM message").flatMap((message) => {
    const waits =
      message["failed_in"] === null && message["wait"] !== null && Number(message["due_at"]) > stoppedAt - 1000;
    return waits ? [] : [`${message["type"]} is still in ${message["queue"]} (${message["error"] ?? "never tried"})`];
  });
}

/** What a buyer was told must stand in the books. */
function brokenWords(orders: readonly Row[], purchases: readonly Purchase[]): string[] {
  const byId = new Map(orders.map((order) => [order["id"], order]));
  return purchases.flatMap(({ told, requestId }) => {
    if (!told) return [];
    const order = byId.get(told.id);
    if (!order) return [`order ${told.id} was given to its buyer and is not there`];
    const status = OrderStatusSchema.value[told.status]?.localName;
    const right = order["request_id"] === requestId && order["status"] === status;
    return right ? [] : [`order ${told.id} was ${status} for its buyer and is ${order["status"]}`];
  });
}

/** A hold ends at its own deadline: never before, and soon after. */
function wrongEnds(orders: readonly Row[], uptimes: readonly Uptime[]): string[] {
  return orders.flatMap((order) => {
    if (order["cancel_reason"] !== "EXPIRED") return [];
    const lateMs = timeOf(order["updated_at"]) - timeOf(order["expires_at"]);
    if (lateMs < 0) return [`order ${order["id"]} expired ${-lateMs} ms before its deadline`];
    const latenessMs = latenessOf(order, uptimes);
    return latenessMs > latenessMaxMs
      ? [`order ${order["id"]} expired after ${latenessMs} ms of work past its deadline`]
      : [];
  });
}

/** latenessOf is for how long the mesh was at work between an order's deadline and its end. */
export function latenessOf(order: Row, uptimes: readonly Uptime[]): number {
  const [from, to] = [timeOf(order["expires_at"]), timeOf(order["updated_at"])];
  return uptimes.reduce(
    (sum, { readyAt, endedAt }) => sum + Math.max(0, Math.min(to, endedAt) - Math.max(from, readyAt)),
    0,
  );
}

/** timeOf reads a moment as SQLite keeps it, in UTC, in milliseconds since the epoch. */
export function timeOf(column: unknown): number {
  return Date.parse(`${String(column).replace(" ", "T")}Z`);
}
