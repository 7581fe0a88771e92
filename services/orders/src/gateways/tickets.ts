import type { Client } from "@connectrpc/connect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { ReservationService } from "@gittix/proto/tickets/v1/reservation_service";

/** ReservedTicket is what an order keeps of the ticket it has locked. */
export interface ReservedTicket {
  readonly title: string;
  readonly sellerId: string;
  readonly priceMinor: number;
  readonly currency: string;
}

/** Tickets is what orders asks of the tickets service. */
export interface Tickets {
  /** Locks the ticket; throws the tickets service's refusal, or UNAVAILABLE when the answer is not known. */
  reserve(lock: { ticketId: string; orderId: string; buyerId: string; expiresAt: Date }): Promise<ReservedTicket>;
  /** Takes the lock of this order away, if it is there. */
  release(lock: { ticketId: string; orderId: string }): Promise<void>;
}

/** createTicketsGateway asks the tickets service over gRPC. */
export function createTicketsGateway(client: Client<typeof ReservationService>): Tickets {
  return {
    async reserve({ ticketId, orderId, buyerId, expiresAt }) {
      const { ticket } = await client.reserveTicket({
        ticketId,
        orderId,
        buyerId,
        expiresAt: timestampFromDate(expiresAt),
      });
      if (!ticket?.price) throw new Error("tickets answered without the ticket");
      const { amountMinor: priceMinor, currencyCode: currency } = ticket.price;
      return { title: ticket.title, sellerId: ticket.sellerId, priceMinor, currency };
    },

    async release(lock) {
      await client.releaseTicket(lock);
    },
  };
}
