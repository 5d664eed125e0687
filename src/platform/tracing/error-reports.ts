/** Errors that are ours, as the log has them, told to somebody who looks into them. */
export interface ErrorReports {
  /**
   * @param fields of the line; of these, ids and the error go along, nothing else
   * @param message of the line
   */
  report(level: 'error' | 'fatal', fields: object, message: string | undefined): void;
  /** Waits until what was reported is out, a moment at most. Never throws. */
  flush(): Promise<void>;
}

/** null: errors are reported to nobody. */
export let errorReports: ErrorReports | null = null;

/** From now on; with null, to nobody any more. */
export function useErrorReports(reports: ErrorReports | null): void {
  errorReports = reports;
}
