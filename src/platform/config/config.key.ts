import { integer, text } from './config.parsers.js';
import type { Parser } from './config.parsers.js';

/**
 * One documented environment variable. `T` is what its text is read as, `Default` the text that holds when it is not set:
 * with an empty one the value is then undefined, and what follows is decided in config.ts.
 */
export interface Key<T, Default extends string = string> extends Parser<T> {
  name: string;
  /** As it would be written in the environment; empty when there is no default, or when it depends on other settings. */
  default: Default;
  /** One line, shown in .env.example. */
  why: string;
  /** Its value never appears in a message or a log. */
  secret: boolean;
}

/** What reading a key gives. */
export type ValueOf<K> = K extends Key<infer T, infer Default> ? ('' extends Default ? T | undefined : T) : never;

/** What reading a table of keys gives, under the names of the table. */
export type ValuesOf<Keys> = { readonly [Name in keyof Keys]: ValueOf<Keys[Name]> };

/** One that may be shown. */
export const key = <T, const Default extends string>(
  name: string,
  byDefault: Default,
  why: string,
  parser: Parser<T>,
): Key<T, Default> => ({ ...parser, name, default: byDefault, why, secret: false });

/** One that may not. */
export const secretKey = <T, const Default extends string>(
  name: string,
  byDefault: Default,
  why: string,
  parser: Parser<T>,
): Key<T, Default> => ({ ...key(name, byDefault, why, parser), secret: true });

// What the tables of keys share.
export const count = integer(1, 1_000_000);
export const word = text('one line of at most 1024 characters', /^[^\u0000-\u001f\u007f]{1,1024}$/); // eslint-disable-line no-control-regex
