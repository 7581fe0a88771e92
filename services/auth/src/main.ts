import type { Env } from "@gittix/common/config";
import { createUserTokenVerifier } from "@gittix/common/identity/user-tokens";
import { run } from "@gittix/common/run";
import { audience, openPlatform, type Parts } from "@gittix/common/platform";
import { serve, type RunningService } from "@gittix/common/service";
import { v7 as uuidv7 } from "uuid";
import { createAttemptLimits } from "./attempt-limits.ts";
import { readAuthConfig } from "./config.ts";
import { createSessionCookies } from "./cookies.ts";
import { housekeeping } from "./housekeeping.ts";
import { jwksRoute } from "./jwks-route.ts";
import { openKeyRing } from "./key-ring.ts";
import { ensureOperator } from "./operator.ts";
import { createPasswords } from "./passwords.ts";
import { authService, keyService } from "./rpc.ts";
import { createAuthStore, type AuthStore } from "./store/auth-store.ts";
import { migrations } from "./store/migrations.ts";
import { tables } from "./store/tables.ts";
import { createTokenIssuer, issuer } from "./tokens.ts";
import { createAuthUseCases, type AuthUseCases } from "./usecases.ts";

/** startAuth starts the auth service. */
export async function startAuth(env: Env, parts: Parts<AuthStore, AuthUseCases> = {}): Promise<RunningService> {
  const config = readAuthConfig(env);
  const platform = await openPlatform({ name: "auth", config, entities: tables, migrations, parts });
  return serve(platform, async () => {
    const { log } = platform;
    const ids = uuidv7;
    const own = createAuthStore(platform.database, config);
    const store = parts.store?.(own) ?? own;
    const keys = await openKeyRing({ ...config, store: store.keys, ids, log });
    const passwords = createPasswords(config.bcryptCost);
    const stories = createAuthUseCases({
      ...config,
      store,
      passwords,
      limits: createAttemptLimits({ ...config, store: store.attempts, ids }),
      issue: createTokenIssuer(keys, config.accessLifeMs),
      ids,
    });
    const usecases = parts.usecases?.(stories) ?? stories;
    const { operator } = config;
    if (operator) await ensureOperator({ operator, users: store.users, passwords, ids, log });

    return {
      rpc: [authService(usecases, createSessionCookies(config)), keyService(keys)],
      subscriptions: [],
      tasks: housekeeping(store, keys, config),
      routes: [jwksRoute(keys)],
      userTokens: createUserTokenVerifier({ issuer, audience, keys: () => ({ keys: [...keys.published()] }) }),
    };
  });
}

if (import.meta.main) await run(startAuth, migrations);
