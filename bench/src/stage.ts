import type { Bench } from "./figure.ts";
import { startMarket, type MarketSetup } from "./market.ts";
import { signUpPeople } from "./people.ts";
import { seedTickets } from "./seed.ts";

/** Stage is a market with people and tickets in it. */
export interface Stage {
  readonly bench: Bench;
  close(): Promise<void>;
}

const buyerCount = 8;
const ticketCount = 100_000;

/** openStage starts a market and fills it. */
export async function openStage(
  options: Omit<MarketSetup, "hold"> &
    Pick<Bench, "seconds" | "rounds" | "quick" | "note"> & { readonly hold?: string },
): Promise<Stage> {
  const { folder, host, settings, hold = "15m", seconds, rounds, quick, note } = options;
  note("starting MariaDB, RabbitMQ and the services …");
  const market = await startMarket({ folder, host, hold, settings });
  try {
    note(`seeding ${ticketCount.toLocaleString("en")} tickets …`);
    const [seller, ...buyers] = await signUpPeople(market, 1 + buyerCount);
    if (!seller) throw new Error("nobody signed up");
    const stock = await seedTickets(market, ticketCount, seller.id);
    return {
      bench: { market, host, folder, stock, seller, buyers, seconds, rounds, quick, note },
      close: () => market.stop(),
    };
  } catch (error) {
    await market.stop();
    throw error;
  }
}
