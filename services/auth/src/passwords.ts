import { assertOutsideTransaction } from "@gittix/common/database/transaction-scope";
import bcrypt from "bcrypt";

/** Passwords hashes passwords and compares them; both are slow on purpose, and run beside the event loop. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** False where there is no hash, after the same time as otherwise. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/** All that bcrypt reads; the contract refuses more, so that no two passwords are the same to it. */
const bytesMax = 72;

/** createPasswords uses bcrypt at a cost. */
export function createPasswords(cost: number): Passwords {
  // A salt and an empty sum: compared like any other hash of this cost, and no password's.
  const nobodys = bcrypt.genSaltSync(cost).padEnd(60, ".");
  return {
    async hash(password) {
      assertOutsideTransaction("Hashing a password");
      assertReadable(password);
      return bcrypt.hash(password, cost);
    },
    async matches(password, hash) {
      assertOutsideTransaction("Comparing a password");
      assertReadable(password);
      const same = await bcrypt.compare(password, hash ?? nobodys);
      return same && hash !== undefined;
    },
  };
}

function assertReadable(password: string): void {
  if (Buffer.byteLength(password) > bytesMax) throw new Error("a password passed validation with too many bytes");
}
