import { useEffect, useId, useState, type InputHTMLAttributes, type ReactNode } from "react";
import { useFormContext } from "./Form.tsx";
import { problemAt } from "./problem.ts";

interface TextFieldProps {
  readonly label: string;
  /** The field's name in the contract, `price` or `email`; also the input's name. */
  readonly path: string;
  /** What to say when the field is refused; without it, what the service said. */
  readonly refused?: string;
  readonly hint?: ReactNode;
  /** Stands inside the input, before the text; for the eye only. */
  readonly prefix?: string;
  readonly input?: Omit<
    InputHTMLAttributes<HTMLInputElement>,
    "id" | "name" | "aria-invalid" | "aria-describedby" | "prefix"
  >;
}

/** TextField is a labelled input that shows what is wrong with it. */
export function TextField({ label, path, refused, hint, prefix, input }: TextFieldProps) {
  const id = useId();
  const { error, register } = useFormContext();
  const problem = problemAt(error, path);
  useEffect(() => register(path), [register, path]);

  const described = [problem && `${id}-problem`, hint !== undefined && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="input">
        {prefix !== undefined && <span aria-hidden="true">{prefix}</span>}
        <input
          type="text"
          {...input}
          id={id}
          name={path}
          aria-invalid={problem ? true : undefined}
          aria-describedby={described || undefined}
        />
      </div>
      {problem && (
        <p className="field-problem" id={`${id}-problem`}>
          {refused ?? sentence(problem.description)}
        </p>
      )}
      {hint !== undefined && (
        <p className="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** PasswordField lets one look at what one types, for whoever types blind types wrong. */
export function PasswordField(
  props: Omit<TextFieldProps, "input"> & { readonly autoComplete: "current-password" | "new-password" },
) {
  const { autoComplete, ...field } = props;
  const [shown, setShown] = useState(false);
  return (
    <div className="password">
      <TextField
        {...field}
        input={{ type: shown ? "text" : "password", autoComplete, required: true, spellCheck: false }}
      />
      <button type="button" className="password-toggle" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? "Hide" : "Show"}
        <span className="hidden"> what is typed as {field.label.toLowerCase()}</span>
      </button>
    </div>
  );
}

function sentence(description: string): string {
  const text = description.charAt(0).toUpperCase() + description.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
