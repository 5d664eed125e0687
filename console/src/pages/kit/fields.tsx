import { useState, type ChangeEvent, type FormEvent } from 'react';
import { ApiProblem } from '../../api.js';
import { Mistake } from '../../shared/problem-alert.js';

/** What a field of a form passes on to an input of Mantine. */
interface TextProps {
  value: string;
  error: string | undefined;
  onChange(event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>): void;
}

export interface Fields<T extends object> {
  values: T;
  set(change: Partial<T>): void;
  text(name: keyof T & string): TextProps;
  check(name: keyof T & string): { checked: boolean; onChange(event: ChangeEvent<HTMLInputElement>): void };
  pick<K extends keyof T & string>(
    name: K,
  ): { value: T[K]; error: string | undefined; onChange(value: T[K] | null): void };
  error(name: string): string | undefined;
}

/** What the API said of a field, or of something in it: `config.host` of `config`. */
export function errorOf(error: unknown, name: string): string | undefined {
  const errors = error instanceof ApiProblem ? error.problem.errors : [];
  const found = errors.find(
    ({ field }) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`),
  );
  return found && (found.field === name ? found.message : `${found.field.slice(name.length)} ${found.message}`);
}

/**
 * The state of a form. Rules are the API's alone: what it refuses is shown at the field that it names.
 *
 * @param error of the last try
 */
export function useFields<T extends object>(initial: T, error: unknown): Fields<T> {
  const [values, setValues] = useState(initial);
  const set = (change: Partial<T>) => setValues((before) => ({ ...before, ...change }));
  const of = (name: string) => errorOf(error, name);
  return {
    values,
    set,
    text: (name) => ({
      value: String(values[name] ?? ''),
      error: of(name),
      onChange: (event) => set({ [name]: event.currentTarget.value } as Partial<T>),
    }),
    check: (name) => ({
      checked: Boolean(values[name]),
      onChange: (event) => set({ [name]: event.currentTarget.checked } as Partial<T>),
    }),
    pick: (name) => ({
      value: values[name],
      error: of(name),
      onChange: (value) => {
        if (value !== null) set({ [name]: value } as unknown as Partial<T>);
      },
    }),
    error: of,
  };
}

export const submits = (act: () => void) => (event: FormEvent) => {
  event.preventDefault();
  // A form in a dialog is, for React, within the form below the dialog.
  event.stopPropagation();
  act();
};

/**
 * What a change sends: only what differs from what the form began with, as somebody else may have changed the rest meanwhile.
 */
export const changesOf = <Body extends object>(body: Body, before: Body): Partial<Body> =>
  Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Body]),
    ),
  ) as Partial<Body>;

/** An empty field is none. */
export const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
export const numberOrNull = (text: string | number): number | null => (text === '' ? null : Number(text));

/** One in a line. */
export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** `Name: value` in each line. @throws Mistake that names the line */
export function headersOf(text: string): Record<string, string> {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new Mistake(`“${line}” is no header: write “Name: value”.`);
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}

/** @throws Mistake that says what is being read, and where it is wrong */
export function jsonOf(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Mistake(`${what} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
