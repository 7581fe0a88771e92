import { dropVhost, ensureVhost } from "@gittix/local/servers/vhosts";
import { startRabbitMq } from "../support/rabbitmq.ts";

/** Room is a place on a RabbitMQ where nobody else is. */
export interface Room {
  readonly url: string;
  close(): Promise<void>;
}

/** openRoom makes room on the broker of this run of the tests; on one of its own where the test runs by itself. */
export async function openRoom(): Promise<Room> {
  const url = process.env["GITTIX_TEST_RABBITMQ_URL"];
  const managementUrl = process.env["GITTIX_TEST_RABBITMQ_MANAGEMENT_URL"];
  if (!url || !managementUrl) {
    const broker = await startRabbitMq();
    return { url: broker.url, close: () => broker.stop() };
  }
  const name = `gittix_polyglot_${process.pid}`;
  return {
    url: await ensureVhost({ url, managementUrl, name }),
    close: () => dropVhost({ managementUrl, name }),
  };
}
