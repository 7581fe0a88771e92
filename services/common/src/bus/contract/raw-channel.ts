import { connect, type Channel } from "amqplib";

/** withRawChannel does something to the broker behind the bus's back. */
export async function withRawChannel(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url);
  try {
    await work(await connection.createChannel());
  } finally {
    await connection.close();
  }
}
