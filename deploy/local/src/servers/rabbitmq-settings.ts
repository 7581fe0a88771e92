import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** RabbitPorts are the ports of one broker. */
export interface RabbitPorts {
  readonly amqp: number;
  readonly distribution: number;
  readonly epmd: number;
  readonly management: number | undefined;
}

/** configureRabbitMq writes a broker's settings into its folder, and gives the environment that makes it look nowhere else. */
export async function configureRabbitMq(
  folder: string,
  ports: RabbitPorts,
  password: string,
): Promise<NodeJS.ProcessEnv> {
  const inFolder = (name: string) => join(folder, name);
  await mkdir(inFolder("mnesia"), { recursive: true, mode: 0o700 });
  if (!existsSync(inFolder(".erlang.cookie"))) {
    await writeFile(inFolder(".erlang.cookie"), randomBytes(20).toString("hex"), { mode: 0o400 });
  }
  const plugins = ports.management === undefined ? "" : "rabbitmq_management";
  await writeFile(inFolder("enabled_plugins"), `[${plugins}].\n`);
  await writeFile(inFolder("rabbitmq.conf"), settings(ports, password), { mode: 0o600 });
  await writeFile(inFolder("advanced.config"), advanced);
  return {
    PATH: process.env["PATH"],
    HOME: folder,
    LANG: "C.UTF-8",
    // Makes the child the broker itself; otherwise a shell stays in between and hides its end.
    RUNNING_UNDER_SYSTEMD: "1",
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // The data belongs to this name, so it must be the same at every start.
    RABBITMQ_NODENAME: "gittix@localhost",
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_MNESIA_BASE: inFolder("mnesia"),
    RABBITMQ_LOG_BASE: inFolder("log"),
    RABBITMQ_PID_FILE: inFolder("pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: inFolder("enabled_plugins"),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_CONFIG_FILE: inFolder("rabbitmq.conf"),
    RABBITMQ_ADVANCED_CONFIG_FILE: inFolder("advanced.config"),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
  };
}

function settings({ amqp, management }: RabbitPorts, password: string): string {
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${amqp}`,
    "disk_free_limit.absolute = 50MB",
    // Made at the first start; it takes the place of the guest that everybody knows.
    "default_user = gittix",
    `default_pass = ${password}`,
  ];
  if (management !== undefined) {
    lines.push(
      "management.tcp.ip = 127.0.0.1",
      `management.tcp.port = ${management}`,
      "management.disable_stats = true",
    );
  }
  return `${lines.join("\n")}\n`;
}

/** With the defaults a dead letter that is not confirmed is sent again after three minutes only. */
const advanced =
  "[{rabbit, [{dead_letter_worker_consumer_prefetch, 512}, {dead_letter_worker_publisher_confirm_timeout, 5000}]}].\n";
