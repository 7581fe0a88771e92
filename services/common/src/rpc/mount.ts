import type { DescService } from "@bufbuild/protobuf";
import { createServiceImplSpec, type ServiceImpl, type ServiceImplSpec } from "@connectrpc/connect";

/** Mount is one proto service and its implementation. */
export interface Mount {
  readonly spec: ServiceImplSpec;
  /** True for a service that browsers may reach; others are mounted on the gRPC port only. */
  readonly browser: boolean;
}

/** publicService mounts a service for browsers and programs. */
export function publicService<S extends DescService>(service: S, implementation: ServiceImpl<S>): Mount {
  return { spec: createServiceImplSpec(service, implementation), browser: true };
}

/** internalService mounts a service on the gRPC port alone. */
export function internalService<S extends DescService>(service: S, implementation: ServiceImpl<S>): Mount {
  return { spec: createServiceImplSpec(service, implementation), browser: false };
}
