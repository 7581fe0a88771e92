import type { MigrationInterface, QueryRunner } from "typeorm";

/** CreateTickets makes the tables of tickets. */
class CreateTickets implements MigrationInterface {
  readonly name = "CreateTickets1700000001000";

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tickets (
        id varchar(36) NOT NULL PRIMARY KEY,
        seller_id varchar(36) NOT NULL,
        title varchar(200) NOT NULL,
        price_minor int NOT NULL,
        currency varchar(3) NOT NULL,
        status varchar(9) NOT NULL,
        order_id varchar(36) NULL,
        reserved_until datetime(3) NULL,
        version int NOT NULL,
        created_at datetime(3) NOT NULL,
        updated_at datetime(3) NOT NULL
      )`);
    await runner.query("CREATE INDEX tickets_by_seller ON tickets (seller_id, id)");
    await runner.query("CREATE INDEX tickets_by_price ON tickets (price_minor, id)");
    await runner.query("CREATE INDEX tickets_by_lock ON tickets (status, order_id)");
    await runner.query("CREATE UNIQUE INDEX tickets_by_order ON tickets (order_id)");
    await runner.query(`
      CREATE TABLE ticket_terms (
        term varchar(32) NOT NULL,
        ticket_id varchar(36) NOT NULL,
        PRIMARY KEY (term, ticket_id)
      )`);
    await runner.query("CREATE INDEX ticket_terms_by_ticket ON ticket_terms (ticket_id)");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DROP TABLE ticket_terms");
    await runner.query("DROP TABLE tickets");
  }
}

export const migrations = [CreateTickets];
