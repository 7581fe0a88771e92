import { durationMs, oneOf, optional, text, whole } from "./config.ts";

const port = { min: 0, max: 65_535 };

/** platformSettings are the settings that every service reads. */
export const platformSettings = {
  /** `sqlite:FILE` or `mysql://user:password@host:port/database`; each service has its own. */
  databaseUrl: text("DATABASE_URL"),
  /** How many connections to the database one instance opens at the most. */
  databasePoolMax: whole("DATABASE_POOL_MAX", { min: 1, max: 500 }, 16),
  /** How long a start waits for a database that does not answer yet. */
  startWaitMaxMs: durationMs("START_WAIT_MAX", { min: "0ms", max: "1h" }, "1m"),
  /** `amqp://…`; absent in the embedded mode, where the launcher hands the bus over. */
  rabbitmqUrl: optional("RABBITMQ_URL"),
  host: text("HOST", "127.0.0.1"),
  /** Services and operators: gRPC. 0 takes any free port. */
  grpcPort: whole("GRPC_PORT", port, 0),
  /** Browsers: Connect and gRPC-Web. 0 takes any free port. */
  httpPort: whole("HTTP_PORT", port, 0),
  logLevel: oneOf("LOG_LEVEL", ["debug", "info", "warn", "error", "silent"], "info"),
  /** Where auth publishes the keys of users' access tokens. */
  userKeysUrl: text("USER_KEYS_URL"),
  /** The keys of services' tokens: the URL of a JWKS, or the JWKS itself. */
  serviceKeys: text("SERVICE_KEYS"),
  serviceTokenIssuer: text("SERVICE_TOKEN_ISSUER", "gittix-local"),
  /** What stands before the service's name in a token's subject: `system:serviceaccount:gittix:` in Kubernetes. */
  serviceSubjectPrefix: text("SERVICE_SUBJECT_PREFIX", ""),
  /** A file with this service's own token, renewed by whoever runs it; in Kubernetes the projected one. */
  serviceTokenFile: optional("SERVICE_TOKEN_FILE"),
  /** Elsewhere: the private key (JWK, JSON) with which the service signs its own tokens. */
  serviceTokenKey: optional("SERVICE_TOKEN_KEY"),
};
