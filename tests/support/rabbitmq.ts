import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRabbitMq as startBroker, type RabbitMq as Broker } from "@gittix/local/servers/rabbitmq";

export { hasRabbitMq } from "@gittix/local/servers/rabbitmq";

/** RabbitMq is a broker of one's own, on free loopback ports and in a folder that goes with it. */
export interface RabbitMq extends Pick<Broker, "url" | "port" | "kill" | "restart" | "signal"> {
  /** Runs a command of rabbitmqctl. */
  control(...command: readonly string[]): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** startRabbitMq starts a broker and resolves when it takes connections. */
export async function startRabbitMq(): Promise<RabbitMq> {
  const folder = await mkdtemp(join(tmpdir(), "gittix-rabbitmq-"));
  const broker = await startBroker({ folder, management: false });
  return {
    ...broker,
    control: async (...command) => void (await broker.control(...command)),
    async stop() {
      await broker.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
