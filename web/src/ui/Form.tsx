import { createContext, use, useCallback, useEffect, useRef, useState, type ReactNode } from "react";
import { Banner } from "./Banner.tsx";
import { Button } from "./Button.tsx";
import { type Problem, problemsElsewhere } from "./problem.ts";

interface FormContextValue {
  readonly error: Problem | undefined;
  /** A field tells the form its path while it is on the page. */
  readonly register: (path: string) => () => void;
}

const FormContext = createContext<FormContextValue>({ error: undefined, register: () => () => {} });

/** useFormContext is how a field finds what is wrong with it. */
export const useFormContext = () => use(FormContext);

/**
 * Form is the shell of every form. It demands `error` and `pending`, so that none forgets to show what
 * went wrong or lets one send twice. A new error takes the focus to the first bad field or the banner.
 */
export function Form(props: {
  readonly error: Problem | undefined;
  readonly pending: boolean;
  readonly submit: string;
  readonly onSubmit: (data: FormData) => void;
  /** Why the form cannot be sent at the moment; said before anybody tries. */
  readonly disabledBecause?: ReactNode;
  readonly children: ReactNode;
  /** Stands beside the button. */
  readonly aside?: ReactNode;
}) {
  const { error, pending } = props;
  const form = useRef<HTMLFormElement>(null);
  const [paths, setPaths] = useState<readonly string[]>([]);
  const disabled = props.disabledBecause !== undefined;

  useEffect(() => {
    if (error === undefined) return;
    const target =
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]") ??
      form.current?.querySelector<HTMLElement>("[role=alert]");
    target?.focus();
  }, [error]);

  const register = useCallback((path: string) => {
    setPaths((before) => [...before, path]);
    return () => setPaths((before) => before.filter((other) => other !== path));
  }, []);

  return (
    <FormContext value={{ error, register }}>
      <form
        ref={form}
        className="form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!pending && !disabled) props.onSubmit(new FormData(event.currentTarget));
        }}
      >
        {disabled && <Banner tone="info">{props.disabledBecause}</Banner>}
        {error && <FormError error={error} paths={paths} />}
        <fieldset className="form-fields" disabled={disabled}>
          {props.children}
          <div className="form-actions">
            <Button type="submit" kind="primary" pending={pending}>
              {props.submit}
            </Button>
            {props.aside}
          </div>
        </fieldset>
      </form>
    </FormContext>
  );
}

/** FormError is the banner. Where every broken rule has its field, the fields alone say it. */
function FormError({ error, paths }: { readonly error: Problem; readonly paths: readonly string[] }) {
  const elsewhere = problemsElsewhere(error, paths);
  if (error.fields.length > 0 && elsewhere.length === 0) return null;
  return (
    <Banner tone="error" requestId={error.requestId}>
      {elsewhere.length === 0
        ? error.sentence
        : elsewhere.map((field) => `${field.path}: ${field.description}`).join("; ")}
    </Banner>
  );
}

/** textOf reads a text input of a form by its name. */
export function textOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value : "";
}
