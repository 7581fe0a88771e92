import type { MigrationInterface, QueryRunner } from "typeorm";

/** CreateUsers makes the tables of auth. */
class CreateUsers implements MigrationInterface {
  readonly name = "CreateUsers1700000001000";

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...users, ...sessions, ...signingKeys, ...attempts]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["attempts", "signing_keys", "refresh_tokens", "sessions", "users"]) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}

const users = [
  `CREATE TABLE users (
    id varchar(36) NOT NULL PRIMARY KEY,
    email varchar(254) NOT NULL,
    email_key varchar(254) NOT NULL,
    password_hash varchar(60) NOT NULL,
    role varchar(8) NOT NULL,
    version int NOT NULL,
    created_at datetime(3) NOT NULL,
    updated_at datetime(3) NOT NULL
  )`,
  "CREATE UNIQUE INDEX users_by_email ON users (email_key)",
];

const sessions = [
  `CREATE TABLE sessions (
    id varchar(36) NOT NULL PRIMARY KEY,
    user_id varchar(36) NOT NULL,
    created_at datetime(3) NOT NULL,
    expires_at datetime(3) NOT NULL,
    ended_at datetime(3) NULL
  )`,
  "CREATE INDEX sessions_by_user ON sessions (user_id, ended_at)",
  "CREATE INDEX sessions_by_expiry ON sessions (expires_at)",
  "CREATE INDEX sessions_by_end ON sessions (ended_at)",
  `CREATE TABLE refresh_tokens (
    hash varchar(64) NOT NULL PRIMARY KEY,
    session_id varchar(36) NOT NULL,
    given_at datetime(3) NOT NULL,
    used_at datetime(3) NULL
  )`,
  "CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id)",
  "CREATE INDEX refresh_tokens_by_use ON refresh_tokens (used_at)",
];

const signingKeys = [
  `CREATE TABLE signing_keys (
    kid varchar(36) NOT NULL PRIMARY KEY,
    generation int NOT NULL,
    private_jwk text NOT NULL,
    created_at datetime(3) NOT NULL
  )`,
  "CREATE UNIQUE INDEX signing_keys_by_generation ON signing_keys (generation)",
];

const attempts = [
  `CREATE TABLE attempts (
    id varchar(36) NOT NULL PRIMARY KEY,
    subject_hash varchar(64) NOT NULL,
    attempted_at datetime(3) NOT NULL
  )`,
  "CREATE INDEX attempts_by_subject ON attempts (subject_hash, attempted_at)",
  "CREATE INDEX attempts_by_age ON attempts (attempted_at)",
];

export const migrations = [CreateUsers];
