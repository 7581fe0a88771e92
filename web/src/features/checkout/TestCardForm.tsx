import { Form, textOf } from "../../ui/Form.tsx";
import type { PaymentFormProps } from "./PaymentForm.tsx";
import { testCards } from "./testCards.ts";

/** TestCardForm pays in the sandbox, in whichever way one wants to see a payment end. */
export function TestCardForm({ error, pending, onPay }: PaymentFormProps) {
  return (
    <Form submit="Pay" error={error} pending={pending} onSubmit={(data) => onPay(textOf(data, "card"))}>
      <fieldset className="cards">
        <legend>Test card</legend>
        <p className="field-hint">
          This GitTix runs with a payment sandbox. Nobody is charged; choose how the payment shall end.
        </p>
        {testCards.map((card, index) => (
          <label key={card.id} className="card-choice">
            <input type="radio" name="card" value={card.id} defaultChecked={index === 0} />
            <span className="card-name">{card.name}</span>
            <span className="card-outcome">{card.outcome}</span>
          </label>
        ))}
      </fieldset>
    </Form>
  );
}
