import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { internalService, type Mount } from "@gittix/common/rpc/mount";
import { ExpirationService } from "@gittix/proto/expiration/v1/expiration_service";
import type { ExpirationUseCases } from "./usecases.ts";

/** expirationService serves operators. */
export function expirationService(usecases: ExpirationUseCases, holdWindowMs: number): Mount {
  return internalService(ExpirationService, {
    async getExpirationStatus() {
      const { waiting, fired, oldestDueAt, latenessP50Ms, latenessP99Ms } = await usecases.statistics();
      return {
        holdWindow: durationFromMs(holdWindowMs),
        waitingCount: waiting,
        ...(oldestDueAt ? { oldestDueAt: timestampFromDate(oldestDueAt) } : {}),
        firedCount: fired,
        ...(latenessP50Ms === undefined ? {} : { latenessP50: durationFromMs(latenessP50Ms) }),
        ...(latenessP99Ms === undefined ? {} : { latenessP99: durationFromMs(latenessP99Ms) }),
      };
    },

    expireNow: ({ orderId }) => usecases.expireNow(orderId),
  });
}
