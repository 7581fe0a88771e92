import { Banner } from "../../ui/Banner.tsx";
import type { PaymentFormProps } from "./PaymentForm.tsx";

/**
 * CardEntry is where Stripe's Payment Element will stand. Until then it says so plainly, since a card
 * number must never be typed into a form of ours.
 */
export function CardEntry(_props: PaymentFormProps & { readonly publishableKey: string }) {
  return (
    <Banner tone="info">
      This build of GitTix cannot take cards yet. Your ticket stays held until the time is up; you can also cancel the
      order.
    </Banner>
  );
}
