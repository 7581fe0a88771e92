import { connect, type ChannelModel } from "amqplib";
import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "../log.ts";
import { within } from "./bounds.ts";
import { BusUnavailable } from "./bus.ts";

/** RabbitLink is one connection that comes back by itself. */
export interface RabbitLink {
  /** The connection, if it stands and is set up. Throws a BusUnavailable otherwise. */
  connection(): ChannelModel;
  /** Whether it stands, is set up, and is not blocked by a broker that is short of memory or disk. */
  ready(): boolean;
  /** The connection, once a set-up under way has come to its end; undefined while there is none. */
  settled(): Promise<ChannelModel | undefined>;
  /** Gives the connection up because something on it broke, so that all of it is set up anew. */
  drop(connection: ChannelModel, reason: string): void;
  /** Resolves after the first attempt, whether it led to a connection or not. */
  readonly attempted: Promise<void>;
  close(): Promise<void>;
}

/**
 * openLink connects, and connects again after every loss, for ever. `setUp` makes what lives on a
 * connection; the link counts as down until it has resolved.
 */
export function openLink(options: {
  readonly url: string;
  readonly name: string;
  readonly log: Logger;
  setUp(connection: ChannelModel): Promise<void>;
}): RabbitLink {
  const { name, log, setUp } = options;
  const url = withHeartbeat(options.url);
  const closing = new AbortController();
  const attempted = Promise.withResolvers<void>();
  let opened: ChannelModel | undefined;
  let current: ChannelModel | undefined;
  let settingUp: Promise<void> | undefined;
  let blocked = false;

  const closed = aborted(closing.signal);
  const work = keepConnected();

  async function keepConnected(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      try {
        const { connection, lost } = await open();
        try {
          opened = connection;
          await (settingUp = within(setUpMaxMs, "Setting the connection up", setUp(connection)));
          current = connection;
          settingUp = undefined;
          if (failures > 0) log.info({ link: name }, "connected to RabbitMQ again");
          failures = 0;
          attempted.resolve();
          await Promise.race([lost, closed]);
        } finally {
          opened = current = settingUp = undefined;
          await closeBounded(connection);
        }
      } catch (error) {
        log.warn({ err: error, link: name }, "no connection to RabbitMQ");
      }
      attempted.resolve();
      await sleep(backoffMs(failures), undefined, { signal: closing.signal }).catch(() => {});
    }
  }

  async function open(): Promise<{ connection: ChannelModel; lost: Promise<void> }> {
    const connection = await connect(url, {
      noDelay: true,
      timeout: connectMaxMs,
      clientProperties: { connection_name: name },
    });
    const lost = Promise.withResolvers<void>();
    blocked = false;
    // Without this listener an error on the connection would end the process.
    connection.on("error", (error) => log.warn({ err: error, link: name }, "the connection to RabbitMQ broke"));
    connection.once("close", () => {
      if (current === connection) current = undefined;
      lost.resolve();
    });
    connection.on("blocked", (reason) => {
      blocked = true;
      log.warn({ link: name, reason }, "RabbitMQ takes no messages for now");
    });
    connection.on("unblocked", () => (blocked = false));
    return { connection, lost: lost.promise };
  }

  return {
    connection() {
      if (!current) throw new BusUnavailable("There is no connection to RabbitMQ.");
      return current;
    },
    ready: () => current !== undefined && !blocked,
    async settled() {
      // Its failure is told where it is set up.
      await settingUp?.catch(() => {});
      return current;
    },
    drop(connection, reason) {
      if (opened !== connection || closing.signal.aborted) return;
      log.warn({ link: name, reason }, "setting the connection to RabbitMQ up anew");
      opened = current = undefined;
      void closeBounded(connection);
    },
    attempted: attempted.promise,
    async close() {
      closing.abort();
      // What is being set up is broken off; what stands is closed by the loop.
      if (opened && !current) void closeBounded(opened);
      await work;
    },
  };
}

/** How long connecting may take. */
const connectMaxMs = 5_000;
/** How long all that lives on a connection may take to be made. */
const setUpMaxMs = 30_000;
/** How long to wait for the broker's good-bye. */
const closeMaxMs = 2_000;
const heartbeatSeconds = 10;

/** Half at random, so that the processes of a mesh do not all knock at once: 100 ms, doubled, 5 s at most. */
function backoffMs(failures: number): number {
  const ms = Math.min(5_000, 100 * 2 ** failures);
  return ms / 2 + (Math.random() * ms) / 2;
}

/** A peer that vanished without a word is noticed after two missed heartbeats. */
function withHeartbeat(text: string): string {
  const url = new URL(text);
  if (!url.searchParams.has("heartbeat")) url.searchParams.set("heartbeat", String(heartbeatSeconds));
  return url.href;
}

async function closeBounded(connection: ChannelModel): Promise<void> {
  try {
    await within(closeMaxMs, "Closing a connection", connection.close());
  } catch {
    // Either it is closed already, or it does not answer.
    breakOff(connection);
  }
}

/** amqplib has no way to leave without a good-bye, and would hold the process until the heartbeat fails. */
function breakOff({ connection }: ChannelModel): void {
  if ("stream" in connection && connection.stream instanceof Duplex) {
    connection.stream.destroy(new Error("RabbitMQ did not answer"));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
