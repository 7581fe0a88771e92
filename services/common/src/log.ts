import { pino, type DestinationStream, type Logger as PinoLogger, type LoggerOptions } from "pino";
import { callContext } from "./context.ts";

/** Logger writes one JSON object a line. Log a name and ids; never a body, a token, an e-mail or a card. */
export type Logger = PinoLogger;

/** createLog makes a service's log. `level` is a level of pino; `silent` writes nothing. */
export function createLog(name: string, level: string, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level,
    base: { service: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    mixin: () => {
      const context = callContext();
      return context ? { requestId: context.requestId } : {};
    },
  };
  return destination ? pino(options, destination) : pino(options);
}
