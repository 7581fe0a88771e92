import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "@bufbuild/protobuf";
import { nameOf } from "../support/contracts.ts";
import { expectUnharmed } from "./bad-input/aftermath.ts";
import { alike, openMarketplace, type Marketplace } from "./bad-input/marketplace.ts";

let marketplace: Marketplace;
beforeAll(async () => void (marketplace = await openMarketplace()));
afterAll(() => marketplace.close());
afterEach(() => expectUnharmed(marketplace));

const asUser = (token: string) => ({ authorization: `Bearer ${token}` });

describe("another person's", () => {
  const rpcNamed = (name: string) => marketplace.rpcs.filter(({ method }) => nameOf(method).endsWith(`/${name}`));
  const answersTo = async (name: string, request: JsonObject, headers: Record<string, string>) => {
    const outcomes = (
      await Promise.all(rpcNamed(name).map((rpc) => marketplace.call(rpc, () => request, headers)))
    ).flat();
    expect(alike(outcomes)).toBe(true);
    return outcomes[0]?.[1];
  };
  const orderNotFound = { code: "NotFound", reason: "ORDER_NOT_FOUND", domain: "gittix" };

  test("ticket is neither changed nor withdrawn", async () => {
    const ticket = await marketplace.user.list("Giselle");
    const notYours = { code: "PermissionDenied", reason: "TICKET_NOT_YOURS", domain: "gittix" };
    const edit = { ticketId: ticket.id, expectedVersion: 1, title: "Mine now" };
    for (const { token } of [marketplace.other, marketplace.operator]) {
      expect(await answersTo("UpdateTicket", edit, asUser(token))).toMatchObject(notYours);
      expect(await answersTo("WithdrawTicket", { ticketId: ticket.id }, asUser(token))).toMatchObject(notYours);
    }
    expect(await marketplace.user.ticketNow(ticket.id)).toMatchObject({ title: "Giselle", version: 1 });
  });

  test("order does not exist: not for a stranger, not for the seller, not for an operator", async () => {
    const { user: seller, other: buyer, operator, world } = marketplace;
    const stranger = await world.person();
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    const request = { orderId: order.id };
    for (const { token } of [stranger, seller, operator]) {
      for (const rpc of ["GetOrder", "CancelOrder", "WatchOrder", "CreateCharge"]) {
        expect(await answersTo(rpc, request, asUser(token))).toMatchObject(orderNotFound);
      }
      expect(await answersTo("GetCharge", request, asUser(token))).toMatchObject({
        code: "NotFound",
        reason: "CHARGE_NOT_FOUND",
      });
      const asPayments = { ...asUser(token), ...marketplace.asService("payments") };
      expect(await answersTo("BeginPayment", request, asPayments)).toMatchObject(orderNotFound);
    }
    await buyer.pay(order.id);
    for (const { token } of [stranger, seller, operator]) {
      expect(await answersTo("GetCharge", request, asUser(token))).toMatchObject({
        code: "NotFound",
        reason: "CHARGE_NOT_FOUND",
      });
      expect(await answersTo("CreateCharge", request, asUser(token))).toMatchObject(orderNotFound);
    }
  });

  test("request id, sent again by somebody else, is another wish and gives no order away", async () => {
    const { user: seller, other: buyer, world } = marketplace;
    const stranger = await world.person();
    const ticket = await seller.list("Giselle");
    const requestId = "01920000-0000-7000-8000-000000000001";
    await buyer.order(ticket.id, requestId);
    expect(await answersTo("CreateOrder", { ticketId: ticket.id, requestId }, asUser(stranger.token))).toMatchObject({
      code: "FailedPrecondition",
      reason: "TICKET_RESERVED",
    });
  });

  test("list is not paged through with its page tokens", async () => {
    const { user: seller, other: stranger, world } = marketplace;
    for (const title of ["Giselle", "Coppélia"]) await seller.list(title);
    const { nextPageToken } = await world.services.tickets.listTickets({ mine: true, pageSize: 1 }, seller.as);
    expect(nextPageToken).not.toBe("");
    const invalid = { code: "InvalidArgument", reason: "PAGE_TOKEN_INVALID" };
    const request = { mine: true, pageSize: 1, pageToken: nextPageToken };
    expect(await answersTo("ListTickets", request, asUser(stranger.token))).toMatchObject(invalid);
    expect(await answersTo("ListTickets", { ...request, mine: false }, {})).toMatchObject(invalid);
    expect(await answersTo("ListOrders", { pageToken: nextPageToken }, asUser(seller.token))).toMatchObject(invalid);
  });
});
