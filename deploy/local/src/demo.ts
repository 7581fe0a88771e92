import { createRpcClient } from "@gittix/common/rpc/client";
import { reasonOf } from "@gittix/common/errors";
import { AuthService } from "@gittix/proto/auth/v1/auth_service";
import { TicketService } from "@gittix/proto/tickets/v1/ticket_service";
import type { ServiceName } from "./service-table.ts";

/** demoPassword is the password of every demo user; it is printed at the start. */
export const demoPassword = "demo-password";

const listings: Readonly<Record<string, readonly (readonly [title: string, priceMinor: number])[]>> = {
  "ada@example.com": [
    ["Nils Frahm — Royal Albert Hall, Stalls Row F", 8450],
    ["Royal Ballet: Giselle — Matinee, Balcony", 5200],
    ["Tate Modern Late — One entry", 1500],
  ],
  "grace@example.com": [
    ["Glastonbury Festival — Full weekend", 35_500],
    ["Arsenal v Chelsea — East Stand Upper", 9900],
    ["Khruangbin — Brixton Academy, Standing", 4750],
    ["The Comedy Store — Thursday, late show", 2200],
  ],
};

/** seedDemo signs up the demo users and lists their tickets, unless that was done before. Gives their e-mail addresses. */
export async function seedDemo(address: (service: ServiceName) => string): Promise<readonly string[]> {
  const auth = createRpcClient(AuthService, { address: address("auth") });
  const tickets = createRpcClient(TicketService, { address: address("tickets") });
  try {
    for (const [email, items] of Object.entries(listings)) {
      const token = await signUp(email);
      if (token === undefined) continue;
      const headers = { authorization: `Bearer ${token}` };
      for (const [title, amountMinor] of items) {
        await tickets.client.createTicket({ title, price: { amountMinor } }, { headers });
      }
    }
    return Object.keys(listings);
  } finally {
    auth.close();
    tickets.close();
  }

  /** Undefined for a user who is there already. */
  async function signUp(email: string): Promise<string | undefined> {
    try {
      return (await auth.client.signUp({ email, password: demoPassword })).tokens?.accessToken;
    } catch (error) {
      if (reasonOf(error) === "EMAIL_TAKEN") return undefined;
      throw error;
    }
  }
}
