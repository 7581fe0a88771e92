import { afterAll, beforeAll, describe } from "@jest/globals";
import { hasRabbitMq, startRabbitMq, type RabbitMq } from "../../../../tests/support/rabbitmq.ts";
import { busContract } from "./bus.contract.ts";
import { silentLog } from "./contract/support.ts";
import { openRabbitBus } from "./rabbitmq.ts";

const given = process.env.GITTIX_RABBITMQ_URL;
const possible = given !== undefined || hasRabbitMq();
if (!possible) {
  process.stderr.write("\nLEFT OUT: the event bus on RabbitMQ. Install rabbitmq-server, or set GITTIX_RABBITMQ_URL.\n\n");
}

(possible ? describe : describe.skip)("with a broker", () => {
  let broker: RabbitMq | undefined;
  let url = given ?? "";

  beforeAll(async () => {
    if (given === undefined) {
      broker = await startRabbitMq();
      url = broker.url;
    }
  }, 70_000);
  afterAll(() => broker?.stop());

  busContract("RabbitMQ", () => openRabbitBus({ url, name: "bus-test", log: silentLog }));
});
