import bcrypt from "bcrypt";
import { beHelper } from "../helper.ts";
import { runLoad, type Load } from "../load.ts";

/** BcryptSetup is a password and the cost of its hash. */
export interface BcryptSetup {
  readonly password: string;
  readonly cost: number;
}

// Bare bcrypt: compares a password with its hash, on as many threads as the service has.
beHelper(async ({ password, cost }: BcryptSetup) => {
  const hash = await bcrypt.hash(password, cost);
  return {
    ready: "ready",
    answer: (load: Load) => runLoad(load, () => bcrypt.compare(password, hash)),
  };
});
