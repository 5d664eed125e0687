import { transient } from './errors.js';
import { inTime } from './wait.js';

/** A key, or a function that gives one: asked at the first use, and again when the service no longer takes its key. */
export type KeyInput = string | (() => string | Promise<string>) | KeySource;

/** Holds the key that is used now. REST and the socket of one client share it. */
export interface KeySource {
  /** The key, asking for it where there is none yet. */
  get(): Promise<string>;
  /**
   * Another key in the place of `stale`, which was refused, or else is about to expire and used until the other is there.
   * Many who ask at once get one answer.
   * Gives `undefined` where there can be no other, because the key is a text.
   */
  renew(stale: string, isRefused?: boolean): Promise<string | undefined>;
}

/** A text that a header can carry. The value, which may be a key, is not told. */
export function headerText(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[ -\xff]+$/.test(value.trim())) return value;
  throw new TypeError(`${name} must be Latin text, but is ${value && 'another'}`);
}

/** One source for whoever needs the key; a source is given back as it is. */
export function keySource(key: KeyInput): KeySource {
  if (typeof key === 'function') return askingSource(async () => headerText('key', await key()));
  if (key && typeof key === 'object') return key;
  headerText('key', key);
  return { get: () => Promise.resolve(key), renew: () => Promise.resolve(undefined) };
}

/** The app's own call, which may hang as any other. */
const KEY_MS = 30_000;

function askingSource(ask: () => Promise<string>): KeySource {
  let current: Promise<string> | undefined;
  let known: string | undefined;
  /** Good for a while yet, as long as another is on its way. */
  let lasts: string | undefined;

  const fetchKey = () => {
    // It may be good for a while yet, where no other can be had now.
    const before = known;
    known = undefined;
    // A function that throws at once is a failure like any other, and so is one that never answers: the next use asks again.
    const asked = inTime(ask, KEY_MS, () => transient('timed_out', `The key did not come within ${KEY_MS} ms`));
    current = asked;
    asked.then(
      (key) => void (current === asked && (known = key)),
      () => {
        if (current !== asked) return;
        known = before;
        current = before === undefined ? undefined : Promise.resolve(before);
      },
    );
    return asked;
  };
  return {
    get: () => (lasts === undefined ? (current ?? fetchKey()) : Promise.resolve(lasts)),
    renew(stale, isRefused = true) {
      if (isRefused && lasts === stale) lasts = undefined;
      // Not the stale one any more: somebody else has asked already, or is just asking.
      if (current && known !== stale) return current;
      const asked = fetchKey();
      if (!isRefused) {
        lasts = stale;
        const done = () => void (lasts = undefined);
        asked.then(done, done);
      }
      return asked;
    },
  };
}
