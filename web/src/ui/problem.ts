/** Problem is an error as a page shows it: fields beside their inputs, the sentence in a banner. */
export interface Problem {
  readonly sentence: string;
  /** Broken rules by field, under the field's name in the contract: `price.amount_minor`. */
  readonly fields: readonly FieldProblem[];
  /** Names the call in the services' logs, where the fault is ours. */
  readonly requestId?: string | undefined;
}

export interface FieldProblem {
  readonly path: string;
  readonly description: string;
}

/** fieldProblem makes the problem of a form that finds a mistake before anything is sent. */
export function fieldProblem(path: string, description: string): Problem {
  return { sentence: "Please check what you entered.", fields: [{ path, description }] };
}

/** problemAt finds what is wrong with a field or, as for `price`, with a part of it. */
export function problemAt(problem: Problem | undefined, path: string): FieldProblem | undefined {
  return problem?.fields.find((field) => field.path === path || field.path.startsWith(`${path}.`));
}

/** problemsElsewhere are those that no field of the form stands for, so that the banner must tell them. */
export function problemsElsewhere(problem: Problem, paths: readonly string[]): readonly FieldProblem[] {
  return problem.fields.filter((field) => !paths.some((path) => problemAt({ sentence: "", fields: [field] }, path)));
}
