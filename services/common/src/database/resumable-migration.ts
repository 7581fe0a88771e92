import type { MigrationInterface, QueryRunner } from "typeorm";
import { QueryFailedError } from "typeorm";

/** A statement that is refused with one of these has been applied before: exists already, or is gone already. */
const applied = new Set([1050, 1051, 1060, 1061, 1068, 1091]);

/**
 * resumable makes a migration go on where it was cut off. MySQL commits at every CREATE and ALTER, so that
 * half a migration may stand in the database; each statement is therefore noted once it is done. One whose
 * note is missing may have been applied all the same, and only that one may find its work done already.
 */
export function resumable(Migration: new () => MigrationInterface): new () => MigrationInterface {
  const migration = new Migration();
  const name = migration.name ?? Migration.name;

  return class implements MigrationInterface {
    readonly name = name;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(
        "CREATE TABLE IF NOT EXISTS migration_steps (migration varchar(200) NOT NULL PRIMARY KEY, done int NOT NULL)",
      );
      const [found] = await runner.query("SELECT done FROM migration_steps WHERE migration = ?", [name]);
      const doneBefore = found ? Number(found.done) : undefined;
      if (!found) await runner.query("INSERT INTO migration_steps (migration, done) VALUES (?, 0)", [name]);
      let step = 0;

      const query = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
        step++;
        if (doneBefore !== undefined && step <= doneBefore) return [];
        const mayBeApplied = doneBefore !== undefined && step === doneBefore + 1;
        const result: unknown = await runner.query(sql, parameters).catch((error: unknown) => {
          if (!mayBeApplied || !isApplied(error)) throw error;
        });
        await runner.query("UPDATE migration_steps SET done = ? WHERE migration = ?", [step, name]);
        return result;
      };
      await migration.up(Object.create(runner, { query: { value: query } }));
    }

    async down(runner: QueryRunner): Promise<void> {
      await migration.down(runner);
      await runner.query("DELETE FROM migration_steps WHERE migration = ?", [name]);
    }
  };
}

function isApplied(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { driverError } = error;
  return "errno" in driverError && typeof driverError.errno === "number" && applied.has(driverError.errno);
}
