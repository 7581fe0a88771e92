import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { root } from "./test-steps.ts";

/** TestServers are a MariaDB and a RabbitMQ for one run of the tests; each suite makes room of its own in them. */
export interface TestServers {
  /** What is not installed on this machine. */
  readonly missing: readonly string[];
  stop(): Promise<void>;
}

/** What the program prints when its servers answer. */
interface Addresses {
  readonly mysqlUrl?: string;
  readonly rabbitmqUrl?: string;
  readonly rabbitmqManagementUrl?: string;
  readonly missing: readonly string[];
}

/** startTestServers starts what is installed, and tells the tests by environment variables where it is. */
export async function startTestServers(): Promise<TestServers> {
  // It ends with its standard input, and so also when this process is killed.
  const child = spawn(process.execPath, ["deploy/local/src/servers/main.ts"], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), ended.then(() => [])])) as string[];
  if (line === undefined) throw new Error("The servers for the tests did not start; see above.");

  const { mysqlUrl, rabbitmqUrl, rabbitmqManagementUrl, missing } = JSON.parse(line) as Addresses;
  const known = {
    GITTIX_TEST_MYSQL_URL: mysqlUrl,
    GITTIX_TEST_RABBITMQ_URL: rabbitmqUrl,
    GITTIX_TEST_RABBITMQ_MANAGEMENT_URL: rabbitmqManagementUrl,
  };
  for (const [name, value] of Object.entries(known)) if (value !== undefined) process.env[name] = value;
  return {
    missing,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** leftOutWithout says loudly what does not run where servers are missing. */
export function leftOutWithout(missing: readonly string[]): string {
  const suites = [
    ...(missing.includes("MariaDB")
      ? ["the stores' suites on MySQL", "services/common/src/database/mysql.test.ts"]
      : []),
    ...(missing.includes("RabbitMQ") ? ["the bus's suite on RabbitMQ: tests/bus"] : []),
    "the lessons on real servers: tests/lessons",
    "a process for each service: tests/real",
  ];
  return `
  !!!  ${missing.join(" AND ").toUpperCase()}: NOT INSTALLED ON THIS COMPUTER. THESE SUITES DO NOT RUN:
${suites.map((suite) => `  !!!    ${suite}`).join("\n")}
  !!!  Install them: apt-get install mariadb-server rabbitmq-server, or brew install mariadb rabbitmq.`;
}
