import { EntitySchema } from "typeorm";
import type { RefreshToken, Session } from "../domain/session.ts";
import type { SigningKey } from "../domain/signing-key.ts";
import type { User } from "../domain/user.ts";

/** Row is a thing of the domain as its table keeps it. */
type Row<T> = { -readonly [Key in keyof T]: T[Key] };

export const Users = new EntitySchema<Row<User>>({
  name: "users",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    email: { type: "varchar", length: 254 },
    emailKey: { name: "email_key", type: "varchar", length: 254 },
    passwordHash: { name: "password_hash", type: "varchar", length: 60 },
    role: { type: "varchar", length: 8 },
    version: { type: "int" },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
    updatedAt: { name: "updated_at", type: "datetime", precision: 3 },
  },
});

export const Sessions = new EntitySchema<Row<Session>>({
  name: "sessions",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    userId: { name: "user_id", type: "varchar", length: 36 },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
    expiresAt: { name: "expires_at", type: "datetime", precision: 3 },
    endedAt: { name: "ended_at", type: "datetime", precision: 3, nullable: true },
  },
});

export const RefreshTokens = new EntitySchema<Row<RefreshToken>>({
  name: "refresh_tokens",
  columns: {
    hash: { type: "varchar", length: 64, primary: true },
    sessionId: { name: "session_id", type: "varchar", length: 36 },
    givenAt: { name: "given_at", type: "datetime", precision: 3 },
    usedAt: { name: "used_at", type: "datetime", precision: 3, nullable: true },
  },
});

export const SigningKeys = new EntitySchema<Row<SigningKey>>({
  name: "signing_keys",
  columns: {
    kid: { type: "varchar", length: 36, primary: true },
    generation: { type: "int" },
    privateJwk: { name: "private_jwk", type: "text" },
    createdAt: { name: "created_at", type: "datetime", precision: 3 },
  },
});

/** AttemptRow is one attempt, for counting. */
export interface AttemptRow {
  id: string;
  /** SHA-256 of what is counted: people also type passwords where the address belongs. */
  subjectHash: string;
  attemptedAt: Date;
}

export const Attempts = new EntitySchema<AttemptRow>({
  name: "attempts",
  columns: {
    id: { type: "varchar", length: 36, primary: true },
    subjectHash: { name: "subject_hash", type: "varchar", length: 64 },
    attemptedAt: { name: "attempted_at", type: "datetime", precision: 3 },
  },
});

export const tables = [Users, Sessions, RefreshTokens, SigningKeys, Attempts];
