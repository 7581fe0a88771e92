import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { TicketStatus } from "@gittix/proto/tickets/v1/ticket";
import { hasMariaDb } from "@gittix/local/servers/mariadb";
import { hasRabbitMq } from "@gittix/local/servers/rabbitmq";
import type { Person } from "../support/people.ts";
import { promisesBrokenIn } from "../support/promises.ts";
import { tally } from "../support/reasons.ts";
import { startRealWorld, type RealWorld } from "../support/real-world.ts";
import { until } from "../support/until.ts";

// `npm test` says loudly where they are missing.
const installed = hasMariaDb() && hasRabbitMq();

(installed ? describe : describe.skip)("a process for each service, on MariaDB and RabbitMQ", () => {
  let world: RealWorld;
  let seller: Person;
  let buyer: Person;

  beforeAll(async () => {
    world = await startRealWorld({
      hold: "8s",
      replicas: { orders: 2 },
      settings: { LOCK_UNSETTLED_AFTER: "2s", CHARGE_UNSETTLED_AFTER: "1s" },
    });
    [seller, buyer] = [await world.person(), await world.person()];
  }, 120_000);
  afterAll(() => world?.stop(), 60_000);

  const process = (name: string) => {
    const found = world.mesh.processes.get(name);
    if (!found) throw new Error(`${name} is not running`);
    return found;
  };
  const isSold = (ticketId: string) =>
    until(
      async () => (await buyer.ticketNow(ticketId)).status,
      (status) => status === TicketStatus.SOLD,
      20_000,
    );
  const unreadable = () => ["the databases cannot be read"];
  const allKept = () =>
    until(
      () => promisesBrokenIn(world).catch(unreadable),
      (broken) => broken.length === 0,
      40_000,
    );

  async function buy(): Promise<void> {
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    await buyer.pay(order.id);
    await isSold(ticket.id);
  }

  test("carries a purchase from one to the other", async () => {
    await expect(buy()).resolves.toBeUndefined();
  });

  test("loses no call that may be repeated when one of two replicas is killed", async () => {
    const ticket = await seller.list("Giselle");
    const order = await buyer.order(ticket.id);
    const reads = async () => {
      for (let read = 0; read < 40; read++) await buyer.orderNow(order.id);
    };
    const reading = Array.from({ length: 10 }, reads);
    await process("orders-2").kill();
    expect(await tally(reading)).toEqual({ ok: 10 });
  });

  test.each([
    ["MariaDB", () => world.mesh.servers.mariadb?.kill()],
    ["RabbitMQ", () => world.mesh.servers.rabbitmq?.kill()],
    ["tickets", () => process("tickets").kill()],
    ["payments", () => process("payments").kill()],
  ])(
    "keeps its promises when %s is killed in the middle of purchases",
    async (_, kill) => {
      const buying = Array.from({ length: 12 }, buy);
      await until(
        async () =>
          (await world.rows("orders", "SELECT id FROM orders WHERE status = 'CREATED'").catch(() => [])).length > 0,
      );
      await kill();
      // Whoever was refused in between was told so; nobody's money or ticket may hang.
      await Promise.allSettled(buying);
      await allKept();
      await until(
        () =>
          buy().then(
            () => true,
            () => false,
          ),
        Boolean,
        30_000,
      );
    },
    120_000,
  );
});
