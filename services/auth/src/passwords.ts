import { availableParallelism } from "node:os";
import { callContext } from "@gittix/common/context";
import { assertOutsideTransaction } from "@gittix/common/database/transaction-scope";
import { failure } from "@gittix/common/errors";
import bcrypt from "bcrypt";
import { createTurnstiles } from "./turnstile.ts";

/** Passwords hashes passwords and compares them; both are slow on purpose, and run beside the event loop. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** False where there is no hash, after the same time as otherwise. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/** All that bcrypt reads; the contract refuses more, so that no two passwords are the same to it. */
const bytesMax = 72;
/**
 * How many are under way at a time: enough to keep every core busy. More would only stand before the signing and
 * verifying of tokens, which share Node's few threads with bcrypt.
 */
const atATime = Math.min(Number(process.env["UV_THREADPOOL_SIZE"] ?? 4), availableParallelism() + 1);

/** createPasswords uses bcrypt at a cost. */
export function createPasswords(cost: number): Passwords {
  // A salt and an empty sum: compared like any other hash of this cost, and no password's.
  const nobodys = bcrypt.genSaltSync(cost).padEnd(60, ".");
  const turnstiles = createTurnstiles();

  async function inTurn<T>(password: string, work: () => Promise<T>): Promise<T> {
    assertOutsideTransaction("bcrypt");
    if (Buffer.byteLength(password) > bytesMax) throw new Error("a password passed validation with too many bytes");
    const leave = await turnstiles.enter("bcrypt", async () => atATime);
    try {
      refuseTooLate();
      return await work();
    } finally {
      leave();
    }
  }

  return {
    hash: (password) => inTurn(password, () => bcrypt.hash(password, cost)),
    matches: (password, hash) =>
      inTurn(password, async () => (await bcrypt.compare(password, hash ?? nobodys)) && hash !== undefined),
  };
}

/** Under a flood, those who have given up must not keep the others waiting. */
function refuseTooLate(): void {
  const deadlineAt = callContext()?.deadlineAt;
  if (deadlineAt !== undefined && deadlineAt <= Date.now()) {
    throw failure("DEADLINE_EXCEEDED", "This took too long. Please try again later.");
  }
}
