import type { MigrationInterface, QueryRunner } from "typeorm";

/** CreateTimers makes the table of timers. */
class CreateTimers implements MigrationInterface {
  readonly name = "CreateTimers1700000001000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE timers (
        order_id varchar(36) NOT NULL PRIMARY KEY,
        due_at datetime(3) NOT NULL,
        fired_at datetime(3) NULL,
        lateness_ms int NULL
      )`);
    await runner.query("CREATE INDEX timers_by_state ON timers (fired_at, due_at)");
    await runner.query("CREATE INDEX timers_by_lateness ON timers (lateness_ms)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE timers");
  }
}

export const migrations = [CreateTimers];
