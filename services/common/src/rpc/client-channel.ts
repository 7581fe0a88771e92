import type { DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { ChannelCredentials, type ClientOptions } from "@grpc/grpc-js";

/** ClientTls are the contents, in PEM, with which a client speaks TLS; with `key` and `cert` it shows who it is. */
export interface ClientTls {
  readonly ca: Buffer;
  readonly key?: Buffer;
  readonly cert?: Buffer;
}

/** credentialsOf makes the channel's credentials: plain without TLS. */
export function credentialsOf(tls: ClientTls | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(tls.ca, tls.key ?? null, tls.cert ?? null);
}

/** targetOf asks for all addresses of a name, so that calls can go round its replicas; `ipv4:A:P,B:P` lists them itself. */
export function targetOf(address: string): string {
  return /^(dns|ipv4|ipv6|unix):/.test(address) ? address : `dns:///${address}`;
}

/** channelOptions balance calls, notice dead connections, and repeat what may be repeated. */
export function channelOptions(service: DescService): ClientOptions {
  const repeatable = service.methods.filter((method) => method.idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN);
  return {
    "grpc.service_config": JSON.stringify({
      loadBalancingConfig: [{ round_robin: {} }],
      methodConfig: repeatable.map((method) => ({
        name: [{ service: service.typeName, method: method.name }],
        retryPolicy,
      })),
    }),
    "grpc.service_config_disable_resolution": 1,
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 5000,
    "grpc.keepalive_permit_without_calls": 1,
    "grpc.initial_reconnect_backoff_ms": 100,
    "grpc.max_reconnect_backoff_ms": 2000,
    "grpc.dns_min_time_between_resolutions_ms": 1000,
    // Calls inside the mesh go straight, whatever proxy the machine uses for the outside.
    "grpc.enable_http_proxy": 0,
    "grpc.enable_channelz": 0,
  };
}

/** For methods that the contract calls idempotent; a call that changes something else is never repeated by itself. */
const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: "0.05s",
  maxBackoff: "1s",
  backoffMultiplier: 2,
  retryableStatusCodes: ["UNAVAILABLE"],
};
