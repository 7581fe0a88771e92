import type { MigrationInterface, QueryRunner } from "typeorm";

/** CreateOrders makes the tables of orders. */
class CreateOrders implements MigrationInterface {
  readonly name = "CreateOrders1700000001000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        id varchar(36) NOT NULL PRIMARY KEY,
        buyer_id varchar(36) NOT NULL,
        request_id varchar(36) NOT NULL,
        ticket_id varchar(36) NOT NULL,
        holding_ticket_id varchar(36) NULL,
        seller_id varchar(36) NOT NULL,
        ticket_title varchar(200) NOT NULL,
        price_minor int NOT NULL,
        currency varchar(3) NOT NULL,
        status varchar(16) NOT NULL,
        cancel_reason varchar(14) NULL,
        expires_at datetime(3) NOT NULL,
        version int NOT NULL,
        created_at datetime(3) NOT NULL,
        updated_at datetime(3) NOT NULL
      )`);
    await runner.query("CREATE UNIQUE INDEX orders_by_holding_ticket ON orders (holding_ticket_id)");
    await runner.query("CREATE UNIQUE INDEX orders_by_request ON orders (buyer_id, request_id)");
    await runner.query("CREATE INDEX orders_by_buyer ON orders (buyer_id, id)");
    await runner.query("CREATE INDEX orders_by_buyer_status ON orders (buyer_id, status, id)");
    await runner.query("CREATE INDEX orders_by_deadline ON orders (status, expires_at)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE orders");
  }
}

export const migrations = [CreateOrders];
