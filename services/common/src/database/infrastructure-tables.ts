import type { MigrationInterface, QueryRunner } from "typeorm";

/** InfrastructureTables makes the tables that stand in every service's database. */
export class InfrastructureTables implements MigrationInterface {
  readonly name = "InfrastructureTables1700000000000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id varchar(36) NOT NULL PRIMARY KEY,
        type varchar(200) NOT NULL,
        body blob NOT NULL,
        appended_at datetime(3) NOT NULL,
        claimed_until datetime(3) NULL
      )`);
    await runner.query(`
      CREATE TABLE inbox (
        event_id varchar(36) NOT NULL PRIMARY KEY,
        handled_at datetime(3) NOT NULL
      )`);
    await runner.query("CREATE INDEX inbox_by_age ON inbox (handled_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE inbox");
    await runner.query("DROP TABLE outbox");
  }
}
