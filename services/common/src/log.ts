import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions } from "pino";
import { callContext } from "./context.ts";

/** Logger writes one JSON object a line. Log a name and ids; never a body, a token, an e-mail or a card. */
export type Logger = PinoLogger;

/**
 * createLog makes a log. `service` is undefined for the log of several services, each of which then adds its own
 * name. `level` is a level of pino; `silent` writes nothing. Lines are written beside the event loop, which would
 * else wait for the disk with each call; a process that is killed loses those of its last moment.
 */
export function createLog(service: string | undefined, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: service === undefined ? {} : { service },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const context = callContext();
      return context ? { requestId: context.requestId } : {};
    },
  };
  return pino(options, destination ?? pino.destination({ fd: 1, sync: false }));
}
