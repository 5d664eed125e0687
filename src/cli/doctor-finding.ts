import { whyOf } from './api.js';

/** What was found of one part. */
export interface Finding {
  part: string;
  /** `ok`; `warn`: it works, and will not for ever, or not well; `bad`: it does not. */
  state: 'ok' | 'warn' | 'bad';
  found: string;
  /** What to do about it. */
  fix?: string;
}

export const ok = (part: string, found: string): Finding => ({ part, state: 'ok', found });
export const warn = (part: string, found: string, fix: string): Finding => ({ part, state: 'warn', found, fix });
export const bad = (part: string, found: string, fix: string): Finding => ({ part, state: 'bad', found, fix });

/** No look takes longer. @throws Error that says so */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms / 1_000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export const LOOK_MS = 5_000;

/** Why something did not answer, in words for people. */
export const whyNot = (error: unknown): string =>
  (error as Error).name === 'TimeoutError' ? `no answer in ${LOOK_MS / 1_000} s` : whyOf(error);
