import { create, toBinary } from "@bufbuild/protobuf";
import { status } from "@grpc/grpc-js";
import { CreateOrderRequestSchema } from "@gittix/proto/orders/v1/order_service";
import { v7 as uuidv7 } from "uuid";
import type { Figure } from "../figure.ts";
import type { EchoSetup } from "../floors/echo.ts";
import { openCaller } from "../grpc-caller.ts";
import { startHelper } from "../helper.ts";
import { runLoad } from "../load.ts";
import { compare } from "../rounds.ts";
import { ms, rateResult } from "../words.ts";

const callers = 256;
const path = "/gittix.orders.v1.OrderService/CreateOrder";

/** refusedOrder measures how fast those are told who come too late for a ticket that everybody wants. */
export const refusedOrder: Figure = {
  name: "refused-order",
  async measure(bench) {
    const { market, host, buyers, stock } = bench;
    const ticketId = stock.take();
    const request = () =>
      Buffer.from(
        toBinary(CreateOrderRequestSchema, create(CreateOrderRequestSchema, { ticketId, requestId: uuidv7() })),
      );
    const orders = market.of("orders").grpc;
    const winner = openCaller(orders);
    await winner.call(path, request(), buyers[0]?.token);
    winner.close();

    const losers = openCaller(orders, status.FAILED_PRECONDITION);
    const echo = await startHelper<string>("floors/echo.ts", { host, path } satisfies EchoSetup);
    const echoed = openCaller(echo.ready);
    const tokens = buyers.map((buyer) => buyer.token);
    const tokenOf = (caller: number) => tokens[caller % tokens.length];
    const comparison = await compare(
      bench,
      callers,
      (load) => runLoad(load, (caller) => losers.call(path, request(), tokenOf(caller))),
      (load) => runLoad(load, (caller) => echoed.call(path, request(), tokenOf(caller))),
    );
    losers.close();
    echoed.close();
    await echo.end();

    const slowness = comparison.figure.p99Ms / comparison.floor.p99Ms;
    const p99 = {
      figure: "… the slowest hundredth of them",
      measured: ms(comparison.figure.p99Ms),
      floor: ms(comparison.floor.p99Ms),
      ratio: slowness,
      target: "below 10 x the floor",
      met: slowness < 10,
      numbers: { callers },
    };
    return [rateResult("refused CreateOrder, one hot ticket, 256 callers", comparison, callers, 0.3), p99];
  },
};
