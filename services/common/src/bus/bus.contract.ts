import { describe } from "@jest/globals";
import { deliveryContract } from "./contract/delivery.ts";
import { failureContract } from "./contract/failures.ts";
import type { BusSource } from "./contract/support.ts";
import { waitContract } from "./contract/waits.ts";

/** busContract is what every event bus promises; each adapter's test calls it. */
export function busContract(name: string, open: BusSource): void {
  describe(`the event bus, ${name}`, () => {
    deliveryContract(open);
    failureContract(open);
    waitContract(open);
  });
}
