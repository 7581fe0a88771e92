import type { MigrationInterface, QueryRunner } from "typeorm";

/** CreateCharges makes the tables of payments. */
class CreateCharges implements MigrationInterface {
  readonly name = "CreateCharges1700000001000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE charges (
        id varchar(36) NOT NULL PRIMARY KEY,
        order_id varchar(36) NOT NULL,
        buyer_id varchar(36) NOT NULL,
        amount_minor int NOT NULL,
        currency varchar(3) NOT NULL,
        status varchar(9) NOT NULL,
        failure_reason varchar(32) NULL,
        payment_method_id varchar(255) NULL,
        stripe_id varchar(255) NULL,
        client_secret varchar(255) NULL,
        stripe_refund_id varchar(255) NULL,
        undo_reason varchar(16) NULL,
        key_round int NOT NULL,
        version int NOT NULL,
        created_at datetime(3) NOT NULL,
        updated_at datetime(3) NOT NULL,
        due_at datetime(3) NULL,
        tries int NOT NULL
      )`);
    await runner.query("CREATE UNIQUE INDEX charges_by_order ON charges (order_id)");
    await runner.query("CREATE INDEX charges_by_due ON charges (due_at)");
    await runner.query(`
      CREATE TABLE ended_orders (
        order_id varchar(36) NOT NULL PRIMARY KEY,
        reason varchar(16) NOT NULL,
        ended_at datetime(3) NOT NULL
      )`);
    await runner.query("CREATE INDEX ended_orders_by_age ON ended_orders (ended_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE ended_orders");
    await runner.query("DROP TABLE charges");
  }
}

export const migrations = [CreateCharges];
