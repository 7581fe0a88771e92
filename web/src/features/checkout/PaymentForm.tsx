import { useQuery } from "@connectrpc/connect-query";
import { PaymentService } from "@gittix/proto/payments/v1/payment_service";
import { readError } from "../../api/errors.ts";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Skeletons } from "../../ui/Empty.tsx";
import type { Problem } from "../../ui/problem.ts";
import { CardEntry } from "./CardEntry.tsx";
import { TestCardForm } from "./TestCardForm.tsx";

/** PaymentFormProps is what both ways to pay need; whichever is shown hands over a payment method. */
export interface PaymentFormProps {
  readonly error: Problem | undefined;
  readonly pending: boolean;
  readonly onPay: (paymentMethodId: string) => void;
}

/** PaymentForm chooses how to pay: with the sandbox's test cards, or with Stripe's own card element. */
export function PaymentForm(props: PaymentFormProps) {
  const { data, error, refetch } = useQuery(
    PaymentService.method.getPaymentConfig,
    {},
    { staleTime: Number.POSITIVE_INFINITY },
  );
  if (error) {
    return (
      <Banner tone="error" actions={<Button onClick={() => void refetch()}>Try again</Button>}>
        {readError(error).sentence}
      </Banner>
    );
  }
  if (!data) return <Skeletons count={1} kind="block" />;
  return data.publishableKey === "" ? (
    <TestCardForm {...props} />
  ) : (
    <CardEntry publishableKey={data.publishableKey} {...props} />
  );
}
