import type { HandlerContext } from "@connectrpc/connect";
import { reasonOf } from "@gittix/common/errors";
import { callerOf, userOf } from "@gittix/common/identity/caller";
import { internalService, publicService, type Mount } from "@gittix/common/rpc/mount";
import { AuthService, type TokenPair } from "@gittix/proto/auth/v1/auth_service";
import { KeyService } from "@gittix/proto/auth/v1/key_service";
import type { User as UserMessage } from "@gittix/proto/auth/v1/user";
import type { SessionCookies } from "./cookies.ts";
import type { KeyRing } from "./key-ring.ts";
import { signingKeyMessage, tokenPairMessage, userMessage } from "./messages.ts";
import type { SignedIn } from "./tokens.ts";
import type { AuthUseCases } from "./usecases.ts";

/** authService serves people, in browsers and by programs. */
export function authService(usecases: AuthUseCases, cookies: SessionCookies): Mount {
  return publicService(AuthService, {
    async signUp({ email, password }, context) {
      return handOver(context, await usecases.signUp({ email, password, address: callerOf(context).address }));
    },

    async signIn({ email, password }, context) {
      return handOver(context, await usecases.signIn({ email, password, address: callerOf(context).address }));
    },

    async signOut({ refreshToken, everywhere }, context) {
      const by = callerOf(context).user;
      await usecases.signOut({ refreshToken: refreshToken || cookies.refreshTokenIn(context), everywhere, by });
      if (cookies.isFor(context)) cookies.takeAway(context);
      return {};
    },

    async refreshSession({ refreshToken }, context) {
      try {
        return handOver(context, await usecases.refreshSession(refreshToken || cookies.refreshTokenIn(context)));
      } catch (error) {
        // What cannot be refreshed any more would only fail again with every call.
        const reason = reasonOf(error);
        const over = reason === "SESSION_ENDED" || reason === "TOKEN_INVALID";
        if (over && cookies.isFor(context)) cookies.takeAway(context);
        throw error;
      }
    },

    async getCurrentUser(_request, context) {
      return { user: userMessage(await usecases.getUser(userOf(context).id)) };
    },

    async updateUser({ currentPassword, email, newPassword }, context) {
      const { address } = callerOf(context);
      const wish = { currentPassword, email, newPassword, address };
      const { user, signedIn } = await usecases.updateUser(userOf(context), wish);
      return signedIn ? handOver(context, signedIn) : { user: userMessage(user) };
    },
  });

  /** Tokens go to a browser as cookies alone, and to everybody else in the answer. */
  function handOver(context: HandlerContext, { user, tokens }: SignedIn): { user: UserMessage; tokens?: TokenPair } {
    if (!cookies.isFor(context)) return { user: userMessage(user), tokens: tokenPairMessage(tokens) };
    cookies.give(context, tokens);
    return { user: userMessage(user) };
  }
}

/** keyService serves those who verify access tokens. */
export function keyService(keys: KeyRing): Mount {
  return internalService(KeyService, {
    async listSigningKeys() {
      return { keys: keys.published().map(signingKeyMessage) };
    },
  });
}
