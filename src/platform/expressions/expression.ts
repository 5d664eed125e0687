/** What may be wrong with an expression, or with working it out. Callers may show both to the client who wrote it. */
export interface ExpressionFault {
  /**
   * `syntax` it is no JSONata; `evaluation` JSONata refused (a wrong type, an unknown function); `timeout`, `depth`, `memory` and
   * `too_large` it takes or makes more than is allowed; `result` it gives what is not JSON.
   */
  code: 'syntax' | 'evaluation' | 'timeout' | 'depth' | 'memory' | 'too_large' | 'result';
  message: string;
  /** Where in the expression, in characters from its beginning, where that is known. */
  position?: number;
}

/** One expression to be worked out. */
export interface Evaluation {
  /** JSONata. */
  expression: string;
  /** What `$` is: JSON. Expressions of one call that share an object share one copy of it. */
  input: unknown;
  /** Variables by name, without the `$`: JSON. */
  bindings?: Record<string, unknown>;
}

/** What came of one. `value` is undefined where the expression gives nothing. */
export type EvaluationResult = { value: unknown; error?: undefined } | { error: ExpressionFault; value?: undefined };

/** Characters of an expression at most. */
export const LONGEST_EXPRESSION = 8_192;
/** Characters of an input or of bindings at most, as JSON. */
export const LARGEST_INPUT = 4_194_304;
/** What each may have of a processor, in milliseconds. */
export const EVALUATION_MS = 50;
