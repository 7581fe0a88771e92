import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { draftEvent, type EventDraft } from "@gittix/common/events";
import { TokenPairSchema, type TokenPair } from "@gittix/proto/auth/v1/auth_service";
import { UserCreatedSchema, UserUpdatedSchema } from "@gittix/proto/auth/v1/events";
import { SigningKeySchema, type SigningKey } from "@gittix/proto/auth/v1/key_service";
import { Role, UserSchema, type User as UserMessage } from "@gittix/proto/auth/v1/user";
import type { User } from "./domain/user.ts";
import type { PublicKey } from "./key-ring.ts";
import type { SignedIn } from "./tokens.ts";

const roles = { user: Role.USER, operator: Role.OPERATOR } as const;

/** userMessage shows a user as the contract does: without anything of the password. */
export function userMessage(user: User): UserMessage {
  return create(UserSchema, {
    id: user.id,
    email: user.email,
    role: roles[user.role],
    version: user.version,
    createdAt: timestampFromDate(user.createdAt),
    updatedAt: timestampFromDate(user.updatedAt),
  });
}

/** tokenPairMessage shows the tokens of a session to a program. */
export function tokenPairMessage({ access, refresh }: SignedIn["tokens"]): TokenPair {
  return create(TokenPairSchema, {
    accessToken: access.text,
    accessTokenExpiresAt: timestampFromDate(access.expiresAt),
    refreshToken: refresh.text,
    refreshTokenExpiresAt: timestampFromDate(refresh.expiresAt),
  });
}

/** signingKeyMessage shows the public half of a key. */
export function signingKeyMessage({ kid, alg, kty, crv, x, y }: PublicKey): SigningKey {
  return create(SigningKeySchema, { kid, alg, kty, crv, x, y });
}

/** userCreated is the fact that somebody has signed up. */
export function userCreated(user: User): EventDraft {
  return draftEvent(UserCreatedSchema, user, create(UserCreatedSchema, { user: userMessage(user) }));
}

/** userUpdated is the fact that a user's e-mail address or password has changed. */
export function userUpdated(user: User): EventDraft {
  return draftEvent(UserUpdatedSchema, user, create(UserUpdatedSchema, { user: userMessage(user) }));
}
