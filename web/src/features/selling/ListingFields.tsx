import { currencyDigits, currencySymbol, toDecimal } from "../../ui/money.ts";
import { TextField } from "../../ui/TextField.tsx";

/** ListingFields are the title and the price of a ticket, new or old. */
export function ListingFields({
  title,
  price,
  currencyCode,
}: {
  readonly title?: string;
  readonly price?: string;
  readonly currencyCode: string;
}) {
  const example = toDecimal({ amountMinor: 4950 * 10 ** Math.max(0, currencyDigits(currencyCode) - 2), currencyCode });
  return (
    <>
      <TextField
        label="Title"
        path="title"
        refused="Give a title of 1 to 200 characters, on one line."
        hint="What, where and when: Symphony No. 9, City Hall, 14 June"
        input={{ defaultValue: title, autoComplete: "off", required: true }}
      />
      <TextField
        label="Price"
        path="price"
        prefix={currencySymbol(currencyCode)}
        hint={`In ${currencyCode}, for example ${example}`}
        input={{ defaultValue: price, inputMode: "decimal", autoComplete: "off", required: true }}
      />
    </>
  );
}
