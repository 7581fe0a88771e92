import { busContract } from "@gittix/common/bus/bus.contract";
import { silentLog } from "@gittix/common/bus/contract/support";
import { openRabbitBus } from "@gittix/common/bus/rabbitmq";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { hasRabbitMq, startRabbitMq, type RabbitMq } from "../support/rabbitmq.ts";
import { faultContract } from "./rabbitmq-faults.ts";

const installed = hasRabbitMq();
if (!installed) {
  process.stderr.write("\nLEFT OUT: the event bus on RabbitMQ, because rabbitmq-server is not installed.\n\n");
}

(installed ? describe : describe.skip)("with a broker of its own", () => {
  let started: RabbitMq | undefined;

  function broker(): RabbitMq {
    if (!started) throw new Error("the broker did not start");
    return started;
  }

  beforeAll(async () => {
    started = await startRabbitMq();
  }, 70_000);
  afterAll(() => started?.stop());

  busContract("RabbitMQ", () => openRabbitBus({ url: broker().url, name: "bus-test", log: silentLog }));
  faultContract(broker);
});
