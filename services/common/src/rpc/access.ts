import { getOption, hasOption, type DescMethod, type DescService } from "@bufbuild/protobuf";
import { access, type Access } from "@gittix/proto/access/v1/access";
import { Health } from "@gittix/proto/grpc/health/v1/health";
import { ServerReflection } from "@gittix/proto/grpc/reflection/v1/reflection";
import { ServerReflection as ServerReflectionAlpha } from "@gittix/proto/grpc/reflection/v1alpha/reflection";

const declared = new WeakMap<DescMethod, { readonly access: Access | undefined }>();

/** accessOf reads who may call a method from its contract; undefined when the contract does not say. */
export function accessOf(method: DescMethod): Access | undefined {
  let found = declared.get(method);
  if (!found) {
    found = { access: hasOption(method, access) ? getOption(method, access) : undefined };
    declared.set(method, found);
  }
  return found.access;
}

const infrastructure = new Set([Health.typeName, ServerReflection.typeName, ServerReflectionAlpha.typeName]);

/** isInfrastructure is true of health and reflection, which tell no secrets and know no callers. */
export function isInfrastructure(service: DescService): boolean {
  return infrastructure.has(service.typeName);
}
